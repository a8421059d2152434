import Foundation
import TestSupport
import Testing

/// Who may call what: the OpenAPI document and the service say the same.
@Suite(.timeLimit(.minutes(2))) struct APIRoleTests {
    @Test("Each route refuses exactly the roles that the OpenAPI document does not name")
    func roles() async throws {
        try await APIEnvironment.with { api in
            let document = try await api.call("GET", "/openapi.json", as: nil)
            let paths = try #require(document.member("paths") as? [String: [String: [String: Any]]])
            var refusals = 0
            for (path, operations) in paths {
                let target = path.replacing(/\{[^}]*\}/, with: "1")
                for (method, operation) in operations where operation["security"] != nil {
                    let roles = try #require(operation["description"] as? String)
                    for (role, caller) in [("vendor", "V001"), ("operator", "operator"), ("auditor", "auditor")] {
                        let answer = try await api.call(method.uppercased(), target, as: caller)
                        let isAllowed = roles.contains(role)
                        refusals += isAllowed ? 0 : 1
                        #expect(
                            isAllowed ? ![401, 403].contains(answer.status) : answer.status == 403,
                            "\(method) \(path) as \(role), for \(roles) \(answer.status) \(answer.text)")
                    }
                    let answer = try await api.call(method.uppercased(), target, as: nil)
                    #expect(answer.status == 401, "\(method) \(path) as nobody: \(answer.status)")
                }
            }
            // Auditors change nothing.
            #expect(refusals >= 12)
            for verb in ["revert", "retry", "cancel"] {
                let roles = paths["/uploads/{uploadId}/\(verb)"]?["post"]?["description"] as? String
                #expect(roles == "Roles: vendor, operator.")
            }
        }
    }
}

extension APIEnvironment.Answer {
    /// A member of a JSON object.
    fileprivate func member(_ name: String) -> Any? {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[name]
    }
}
