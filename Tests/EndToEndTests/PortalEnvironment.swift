import Curl
import Foundation
import TestSupport

/// `catalog serve` with its pages, and what a browser sends to them.
struct PortalEnvironment: Sendable {
    let api: APIEnvironment
    private let http = HTTPClient()

    static func with<Result>(
        roles: String = "api,portal,worker", isPublic: Bool = false, _ variables: [String: String] = [:],
        _ body: (PortalEnvironment) async throws -> Result
    ) async throws -> Result {
        try await APIEnvironment.with(roles: roles, isPublic: isPublic, variables) {
            try await body(PortalEnvironment(api: $0))
        }
    }

    /// Asks for a link to sign in with, and waits for its mail in the folder.
    /// - Returns: the link's path.
    func mailedLink(to address: String) async throws -> String {
        let known = Set(signInMails)
        let answer = try await post("/sign-in/mail", cookie: nil, form: "address=\(address)")
        guard answer.status == 303 else { throw UnexpectedAnswer(text: "\(answer.status) \(answer.text)") }
        let name = try await eventually { Set(signInMails).subtracting(known).first }
        let mail = try String(contentsOfFile: api.service.catalog.folder.file("mail/\(name)"), encoding: .utf8)
        guard let link = mail.firstMatch(of: /\/sign-in\/link\/lnk_\w+/) else { throw UnexpectedAnswer(text: mail) }
        return String(link.output)
    }

    /// Names of the mails with links.
    var signInMails: [String] {
        // There is no folder before the first mail.
        ((try? api.service.mails()) ?? []).filter { $0.hasPrefix("sign-in-") }
    }

    /// Uses a link.
    /// - Returns: the cookie; nil if there is none.
    func signIn(link: String) async throws -> String? {
        let secret = link.split(separator: "/").last ?? ""
        let answer = try await post("/sign-in/link", cookie: nil, form: "token=\(secret)")
        return answer.headers["set-cookie"].map { String($0.prefix { $0 != ";" }) }
    }

    /// - Returns: the cookie; nil if there is none.
    func signIn(_ token: String) async throws -> String? {
        let answer = try await post("/sign-in", cookie: nil, form: "token=\(token)")
        return answer.headers["set-cookie"].map { String($0.prefix { $0 != ";" }) }
    }

    func signIn(as caller: String) async throws -> String? { try await signIn(api.tokens[caller] ?? "") }

    func get(_ path: String, cookie: String?) async throws -> APIEnvironment.Answer {
        try await send("GET", path, cookie: cookie)
    }

    /// Sends a form from the same site, unless the headers say otherwise.
    func post(
        _ path: String, cookie: String?, headers: [(String, String)]? = nil, form: String = ""
    ) async throws -> APIEnvironment.Answer {
        let type = [("Content-Type", "application/x-www-form-urlencoded")]
        return try await send(
            "POST", path, cookie: cookie, headers: type + (headers ?? [("Sec-Fetch-Site", "same-origin")]),
            body: Array(form.utf8))
    }

    /// Sends a file by the form of the drop zone.
    func upload(
        _ text: String, named name: String = "products.csv", cookie: String?, headers: [(String, String)]? = nil,
        key: String? = nil, isDryRun: Bool = false
    ) async throws -> APIEnvironment.Answer {
        try await post(
            "/portal/uploads" + (key.map { "?key=\($0)" } ?? ""), text, named: name, cookie: cookie,
            fields: isDryRun ? ["mode": "upsert", "dryRun": "true"] : ["mode": "upsert"], headers: headers)
    }

    /// Sends a form with a file.
    func post(
        _ path: String, _ text: String, named name: String, cookie: String?, fields: [String: String] = [:],
        headers: [(String, String)]? = nil
    ) async throws -> APIEnvironment.Answer {
        let parts = fields.map { "--x\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }
        let file =
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n\(text)\r\n--x--\r\n"
        return try await send(
            "POST", path, cookie: cookie,
            headers: [("Content-Type", "multipart/form-data; boundary=x")]
                + (headers ?? [("Sec-Fetch-Site", "same-origin")]), body: Array((parts.joined() + file).utf8))
    }

    func send(
        _ method: String, _ path: String, cookie: String?, headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> APIEnvironment.Answer {
        var fields = headers.map { (name: $0.0, value: $0.1) }
        if let cookie { fields.append(("Cookie", cookie)) }
        let response = try await http.send(
            HTTPRequest(
                method, api.url + path, headers: fields, body: body.isEmpty && method == "GET" ? .empty : .bytes(body)))
        return APIEnvironment.Answer(
            status: response.status, headers: response.headers, text: String(decoding: response.body, as: UTF8.self))
    }

    /// Bytes of a page with all that it loads, as a browser gets them.
    func weight(of path: String, cookie: String) async throws -> Int {
        let text = try await get(path, cookie: cookie).text
        let assets = Set(text.matches(of: /(?:href|src)="(\/assets\/[^"]+)"/).map { String($0.1) })
        var bytes = 0
        for one in [path] + assets {
            let headers = [("Cookie", cookie), ("Accept-Encoding", "gzip, deflate, br")]
            bytes += try await http.send(HTTPRequest("GET", api.url + one, headers: headers)).body.count
        }
        return bytes
    }

    /// Lets somebody do something in a browser.
    /// - Returns: what was wrong.
    func browse(
        _ scenario: String, as caller: String = "V001", _ facts: [String: any Encodable & Sendable]
    ) async throws -> [String] {
        var question = facts.mapValues { AnyValue($0) }
        question["scenario"] = AnyValue(scenario)
        question["url"] = AnyValue(api.url)
        question["token"] = AnyValue(api.tokens[caller] ?? "")
        return try await PythonTools.answer(of: "Tests/Clients/portal.py", to: question)
    }
}

/// One value of a question.
private struct AnyValue: Encodable {
    private let value: any Encodable

    init(_ value: any Encodable) { self.value = value }

    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
