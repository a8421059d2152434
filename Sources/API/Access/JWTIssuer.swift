import Catalog
import Curl
import Foundation
import OpenSSL
import Threads

/// What is believed of JSON Web Tokens (RFC 7519): those of one OpenID Connect issuer, for one audience.
package struct JWTSettings: Sendable {
    /// URL, as in the `iss` claim; its `/.well-known/openid-configuration` names the keys (OpenID Connect Discovery 1.0, section 4).
    package var issuer: String
    /// As in the `aud` claim.
    package var audience: String
    /// Which claim holds the vendor id.
    package var vendorClaim = "vendor_id"
    /// Which claim holds the role; without it a token with a vendor has the role `vendor`, and one without has none.
    package var roleClaim = "catalog_role"

    package init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }
}

/// Verifies tokens signed with RS256 or ES256 (RFC 7518, section 3.1) by keys the issuer publishes.
final class JWTIssuer: Sendable {
    /// Keys are fetched again after this time, and when a token names an unknown one, but then at most so often.
    private static let keyLifetime: TimeInterval = 600
    private static let shortestPause: TimeInterval = 30
    /// How far clocks may differ, in seconds.
    private static let leeway = 60.0

    private struct Keys {
        var byID: [String: VerificationKey] = [:]
        var fetchedAt = Date.distantPast

        /// A token without a key id can mean the only key.
        func key(_ id: String?) -> VerificationKey? {
            if let id { return byID[id] }
            return byID.count == 1 ? byID.first?.value : nil
        }
    }

    private let settings: JWTSettings
    private let http: HTTPClient
    private let keys = Locked(Keys())

    init(_ settings: JWTSettings, http: HTTPClient) {
        self.settings = settings
        self.http = http
    }

    /// - Returns: nil if the token is not to be believed.
    /// - Throws: if the issuer's keys cannot be fetched.
    func verify(_ text: String) async throws -> Identity? {
        guard let token = JWT(text), let key = try await key(token.header.kid), key.algorithm == token.header.alg,
            key.isValid(token.signature, of: token.signed)
        else { return nil }
        return identity(token.claims, at: Date().timeIntervalSince1970)
    }

    private func identity(_ claims: JWT.Claims, at now: Double) -> Identity? {
        guard claims.text("iss") == settings.issuer, claims.texts("aud").contains(settings.audience),
            let end = claims.number("exp"), end > now - Self.leeway,
            claims.number("nbf") ?? 0 <= now + Self.leeway, let subject = claims.text("sub")
        else { return nil }
        let vendorID = claims.text(settings.vendorClaim)
        let role = claims.text(settings.roleClaim).map(AccessRole.init) ?? (vendorID == nil ? nil : .vendor)
        guard let role, (role == .vendor) == (vendorID != nil) else { return nil }
        return Identity(subject: "jwt:\(subject.prefix(200))", role: role, vendorID: vendorID)
    }

    private func key(_ id: String?) async throws -> VerificationKey? {
        let now = Date()
        let known = keys.withLock { $0 }
        let isFresh = now.timeIntervalSince(known.fetchedAt) < Self.keyLifetime
        if isFresh, let key = known.key(id) { return key }
        guard !isFresh || now.timeIntervalSince(known.fetchedAt) > Self.shortestPause else { return nil }
        let fetched = Keys(byID: try await fetch(), fetchedAt: now)
        keys.withLock { $0 = fetched }
        return fetched.key(id)
    }

    private func fetch() async throws -> [String: VerificationKey] {
        struct Configuration: Decodable { var jwks_uri: String }
        struct KeySet: Decodable { var keys: [JSONWebKey] }
        let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
        let configuration = try await get(Configuration.self, "\(base)/.well-known/openid-configuration")
        let set = try await get(KeySet.self, configuration.jwks_uri)
        let usable = set.keys.compactMap { key in key.verificationKey.map { (key.kid ?? "", $0) } }
        return Dictionary(usable) { first, _ in first }
    }

    private func get<Answer: Decodable>(_ type: Answer.Type, _ url: String) async throws -> Answer {
        let response = try await http.send(HTTPRequest("GET", url))
        guard response.isSuccess else {
            throw IssuerUnavailable(reason: "GET \(url) was answered with \(response.status)")
        }
        return try JSONDecoder().decode(type, from: Data(response.body))
    }
}

/// The issuer of tokens does not tell its keys.
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
