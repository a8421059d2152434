import Curl
import Foundation
import Postgres
import TestSupport

/// `catalog serve` with two vendors, an operator and an auditor who have tokens.
struct APIEnvironment: Sendable {
    let service: ServiceEnvironment
    let url: String
    /// By the caller's name: V001, V002, operator, auditor.
    let tokens: [String: String]
    private let http = HTTPClient()

    /// - Parameter isPublic: whether the service is told where it is.
    static func with<Result>(
        roles: String = "api,worker", pooled: Bool = false, isPublic: Bool = false, _ variables: [String: String] = [:],
        _ body: (APIEnvironment) async throws -> Result
    ) async throws -> Result {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        var settings = ["CATALOG_HTTP_ADDRESS": address].merging(variables) { $1 }
        if isPublic { settings["CATALOG_PUBLIC_URL"] = "http://\(address)" }
        return try await ServiceEnvironment.with(vendors: ["V001", "V002"], pooled: pooled, settings) { service in
            let environment = try await APIEnvironment(service, at: address)
            return try await service.running("serve", "--roles", roles) {
                try await environment.waitUntilReady()
                return try await body(environment)
            }
        }
    }

    /// A service that somebody starts at this address.
    init(_ service: ServiceEnvironment, at address: String) async throws {
        var tokens: [String: String] = [:]
        for vendor in ["V001", "V002"] {
            tokens[vendor] = try await service.catalog.succeed("vendor", "token", vendor)
        }
        for role in ["operator", "auditor"] {
            tokens[role] = try await service.catalog.succeed("token", "add", "--role", role)
        }
        self.init(service, at: address, tokens.mapValues { $0.trimmingCharacters(in: .whitespacesAndNewlines) })
    }

    init(_ service: ServiceEnvironment, at address: String, _ tokens: [String: String]) {
        self.service = service
        self.tokens = tokens
        url = "http://\(address)"
    }

    func waitUntilReady() async throws {
        try await eventually(within: .seconds(60)) {
            (try? await http.send(HTTPRequest("GET", "\(url)/readyz")).status) == 200  // refused until it listens
        }
    }

    /// What the service answered.
    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        /// A member of a JSON object, of its members, or of the first item of a list.
        subscript(path: String...) -> String? {
            var value = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
            for name in path {
                value = (value as? [Any])?.first ?? value
                value = (value as? [String: Any])?[name]
            }
            if let value, !(value is NSNull) { return "\(value)" }
            return nil
        }

        /// The kind of a problem.
        var problem: String? { self["type"]?.split(separator: ":").last.map(String.init) }
    }

    func call(
        _ method: String, _ path: String, as caller: String? = "V001", json: String? = nil, csv: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var fields = headers.map { (name: $0.0, value: $0.1) }
        if let caller { fields.append(("Authorization", "Bearer \(tokens[caller] ?? caller)")) }
        if json != nil { fields.append(("Content-Type", "application/json")) }
        if csv != nil, !fields.contains(where: { $0.name == "Content-Type" }) {
            fields.append(("Content-Type", "text/csv"))
        }
        let body = (json ?? csv).map { HTTPBody.bytes(Array($0.utf8)) } ?? .empty
        let response = try await http.send(HTTPRequest(method, "\(url)\(path)", headers: fields, body: body))
        return Answer(
            status: response.status, headers: response.headers, text: String(decoding: response.body, as: UTF8.self))
    }

    /// Uploads a file of one good and one bad row, whose every value holds the mark, and waits for its end.
    @discardableResult
    func upload(_ mark: String, as caller: String = "V001", _ parameters: String = "") async throws -> String {
        let answer = try await call(
            "POST", "/uploads?fileName=\(mark).csv\(parameters)", as: caller, csv: Self.file(mark))
        guard let uploadID = answer["uploadId"] else { throw UnexpectedAnswer(text: answer.text) }
        try await end(of: uploadID)
        return uploadID
    }

    static func file(_ mark: String) -> String {
        ServiceEnvironment.header
            + "\(mark)-1,\(mark) name,Audio,\(mark)-sku-1,1.50,1\n\(mark)-2,\(mark) bad,Audio,\(mark)-sku-2,\(mark),1\n"
    }

    /// Waits until an upload has ended and all its files are written.
    func end(of uploadID: String) async throws {
        try await service.wait(
            for: "0",
            "select count(*) from jobs.jobs where unique_key like '%:' || \(uploadID)::text and state <> 'dead'")
    }
}

struct UnexpectedAnswer: Error {
    var text: String
}
