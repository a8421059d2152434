import Foundation
import TestSupport
import Testing

@testable import AWS

/// Every vector of the signing test suite of aws-c-auth: the canonical request, the signature, and what is sent.
@Suite(.sharedData)
struct SigV4VectorTests {
    private static let names = Set(
        SharedData.files(below: "sigv4/v4").compactMap { $0.split(separator: "/").first.map(String.init) }
    ).sorted()

    @Test("the suite is there")
    func suite() {
        #expect(Self.names.count == 38)
    }

    @Test("signed with headers", arguments: names)
    func headers(name: String) throws {
        let vector = try SigningVector(name)
        let signed = vector.signer.signed(vector.request, payloadHash: vector.payloadHash, at: vector.date)
        let authorization = signed.headers.last { $0.name == "Authorization" }?.value
        let expected = try vector.text("header-signature.txt")
        #expect(authorization?.hasSuffix("Signature=\(expected)") == true)
        var covered = signed
        covered.headers.removeAll { vector.isOutsideSignature($0.name) }
        let canonical = CanonicalRequest(covered, payloadHash: vector.payloadHash, rules: vector.signer.rules)
        #expect(canonical.text == (try vector.text("header-canonical-request.txt")))
        #expect(try vector.text("header-signed-request.txt").contains("Authorization:\(authorization ?? "")\n"))
    }

    @Test("signed in the query", arguments: names)
    func query(name: String) throws {
        let vector = try SigningVector(name)
        let signed = vector.signer.presigned(
            vector.request, payloadHash: vector.payloadHash, expires: vector.context.expiration_in_seconds,
            at: vector.date)
        let expected = try vector.text("query-signature.txt")
        #expect(signed.query.last?.value == expected)
        let parameters = signed.url.split(separator: "?")[1].split(separator: "&").suffix(5)
        let sent = try vector.text("query-signed-request.txt")
        for parameter in parameters { #expect(sent.contains(parameter)) }
    }
}

/// One folder of the suite.
struct SigningVector {
    struct Context: Decodable {
        struct Keys: Decodable { var access_key_id, secret_access_key: String, token: String? }
        var credentials: Keys
        var expiration_in_seconds: Int
        var normalize: Bool
        var region, service: String
        var sign_body: Bool
        var timestamp: Date
        var omit_session_token: Bool?
    }

    let name: String
    let context: Context
    let request: SignableRequest
    let payloadHash: String

    init(_ name: String) throws {
        self.name = name
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        context = try decoder.decode(Context.self, from: Data(Self.read(name, "context.json").utf8))
        let (request, body) = Self.parse(try Self.read(name, "request.txt"))
        self.request = request
        payloadHash = SigV4.payloadHash(Array(body.utf8))
    }

    var date: Date { context.timestamp }

    var signer: SigV4 {
        let keys = Credentials(
            accessKeyID: context.credentials.access_key_id, secretAccessKey: context.credentials.secret_access_key,
            sessionToken: context.credentials.token)
        var rules = SigV4.Rules.general
        rules.normalizesPath = context.normalize
        rules.sendsPayloadHash = context.sign_body
        rules.signsSessionToken = context.omit_session_token != true
        return SigV4(credentials: keys, region: context.region, service: context.service, rules: rules)
    }

    func isOutsideSignature(_ header: String) -> Bool {
        header == "Authorization" || (header == "X-Amz-Security-Token" && context.omit_session_token == true)
    }

    func text(_ file: String) throws -> String { try Self.read(name, file) }

    private static func read(_ name: String, _ file: String) throws -> String {
        try String(contentsOfFile: SharedData.file("sigv4/v4/\(name)/\(file)"), encoding: .utf8)
    }

    /// Header lines that begin with a space continue the one before.
    private static func parse(_ text: String) -> (SignableRequest, body: String) {
        let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].replacing("\n ", with: " ").split(separator: "\n")
        let target = lines[0].dropFirst(lines[0].prefix { $0 != " " }.count + 1).dropLast(" HTTP/1.1".count)
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var request = SignableRequest(
            String(lines[0].prefix { $0 != " " }), host: "", path: String(halves[0]),
            query: halves.count > 1 ? query(halves[1]) : [])
        for line in lines.dropFirst() {
            let name = String(line.prefix { $0 != ":" })
            let value = String(line.dropFirst(name.count + 1))
            if name == "Host" { request.host = value } else { request.headers.append((name, value)) }
        }
        return (request, parts.count > 1 ? String(parts[1]) : "")
    }

    private static func query(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { String($0).removingPercentEncoding ?? String($0) }
            return (halves[0], halves.count > 1 ? halves[1] : "")
        }
    }
}
