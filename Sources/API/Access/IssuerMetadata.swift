import Curl
import Foundation
import OpenSSL

/// What an issuer publishes of itself: its keys, and where people sign in with it (OpenID Connect Discovery 1.0, section 3).
struct IssuerMetadata: Sendable {
    /// How long a caller may have to wait for the issuer.
    static let timeout = Duration.seconds(5)

    private let keys: [String: VerificationKey]
    /// Nil if it publishes keys and no more.
    let endpoints: Endpoints?

    /// Where people sign in.
    struct Endpoints: Sendable, Equatable {
        var authorization: String
        var token: String
        /// Whether clients show their secret in the Authorization header, as all issuers take it that do not say otherwise.
        var takesBasic: Bool
    }

    /// A token without a key id can mean the only key.
    func key(_ id: String?) -> VerificationKey? {
        if let id { return keys[id] }
        return keys.count == 1 ? keys.first?.value : nil
    }

    /// Asks an issuer.
    /// - Parameter issuer: URL.
    /// - Throws: `IssuerUnavailable`; `HTTPTransportError`.
    static func fetch(_ issuer: String, _ http: HTTPClient) async throws -> IssuerMetadata {
        struct KeySet: Decodable { var keys: [JSONWebKey] }
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let document = try await get(Document.self, "\(base)/.well-known/openid-configuration", http)
        let set = try await get(KeySet.self, document.jwks_uri, http)
        let usable = set.keys.compactMap { key in key.verificationKey.map { (key.kid ?? "", $0) } }
        // An empty set would lock everybody out as much as none: it is more likely a mistake on the way.
        guard !usable.isEmpty else { throw IssuerUnavailable(reason: "\(document.jwks_uri) has no usable key") }
        return IssuerMetadata(
            keys: Dictionary(usable) { first, _ in first }, endpoints: document.endpoints(of: issuer))
    }

    private struct Document: Decodable {
        var issuer: String?
        var jwks_uri: String
        var authorization_endpoint: String?
        var token_endpoint: String?
        var token_endpoint_auth_methods_supported: [String]?

        /// - Returns: nil if it has none, is somebody else's (section 4.3), or would let secrets go without TLS although it has some itself.
        func endpoints(of issuer: String) -> Endpoints? {
            guard self.issuer == issuer, let authorization = authorization_endpoint, let token = token_endpoint,
                [authorization, token].allSatisfy({ url in
                    (url.hasPrefix("https://") || issuer.hasPrefix("http://") && url.hasPrefix("http://"))
                        && url.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                })
            else { return nil }
            let methods = token_endpoint_auth_methods_supported ?? ["client_secret_basic"]
            return Endpoints(
                authorization: authorization, token: token,
                takesBasic: methods.contains("client_secret_basic") || !methods.contains("client_secret_post"))
        }
    }

    private static func get<Answer: Decodable>(
        _ type: Answer.Type, _ url: String, _ http: HTTPClient
    ) async throws -> Answer {
        let response = try await http.send(HTTPRequest("GET", url, timeout: timeout))
        guard response.isSuccess else {
            throw IssuerUnavailable(reason: "GET \(url) was answered with \(response.status)")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch {
            throw IssuerUnavailable(reason: "GET \(url) was not answered with the expected JSON")
        }
    }
}

/// The issuer of tokens does not tell what is needed of it.
struct IssuerUnavailable: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}

/// A key of a JSON Web Key Set (RFC 7517).
private struct JSONWebKey: Decodable {
    var kty: String
    var kid: String?
    var use: String?
    var n: String?
    var e: String?
    var crv: String?
    var x: String?
    var y: String?

    var verificationKey: VerificationKey? {
        guard use == nil || use == "sig" else { return nil }
        switch (kty, crv) {
        case ("RSA", _):
            guard let modulus = [UInt8](base64URL: n ?? ""), let exponent = [UInt8](base64URL: e ?? "") else {
                return nil
            }
            return VerificationKey(rsaModulus: modulus, exponent: exponent)
        case ("EC", "P-256"):
            guard let x = [UInt8](base64URL: x ?? ""), let y = [UInt8](base64URL: y ?? "") else { return nil }
            return VerificationKey(p256X: x, y: y)
        default: return nil
        }
    }
}
