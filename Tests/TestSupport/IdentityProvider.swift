import Curl
import Foundation

/// A provider of OpenID Connect at which people sign in, in a process of its own: `Tests/Servers/oidc_provider.py`.
package struct IdentityProvider: Sendable {
    /// `http://localhost:PORT`: to browsers another site than 127.0.0.1.
    package let url: String
    private let http = HTTPClient()

    /// Runs `body` beside a provider of its own.
    package static func with<Result>(_ body: (IdentityProvider) async throws -> Result) async throws -> Result {
        let (python, script) = (try PythonTools.program("python"), Project.file("Tests/Servers/oidc_provider.py"))
        return try await ListeningProcess.with {
            [python, script, $0]
        } _: { process in
            try await body(IdentityProvider(url: "http://localhost:\(process.port)"))
        }
    }

    /// Lets it do something wrong from now on, as the script has it; nothing with an empty word.
    package func behave(_ how: String) async throws { _ = try await get("/behave?how=\(how)") }

    /// What the last exchange brought.
    package func seen() async throws -> String { try await get("/seen") }

    /// Somebody signs in, or refuses to.
    /// - Parameter url: where the service sent the browser.
    /// - Returns: where the provider sends it.
    package func decide(_ url: String, as person: String) async throws -> String {
        let form = HTTPRequest(
            "POST", url, headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: .bytes(Array("person=\(person)".utf8)))
        return try await http.send(form).headers["location"] ?? ""
    }

    private func get(_ path: String) async throws -> String {
        String(decoding: try await http.send(HTTPRequest("GET", url + path)).body, as: UTF8.self)
    }
}
