import Catalog
import Curl
import Foundation
import Logging
import OpenSSL
import Threads

/// Which JSON Web Tokens (RFC 7519) are trusted: those of one OpenID Connect issuer, for one audience.
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
///
/// Keys are asked for by one request at a time, however many tokens wait for them, and stay good while the issuer is away.
final class JWTIssuer: Sendable {
    /// Keys are fetched again after this time, and when a token names an unknown one, but then at most so often.
    private static let keyLifetime: TimeInterval = 600
    private static let shortestPause: TimeInterval = 30
    /// Between two tries while no key is known at all: callers cannot be served meanwhile.
    private static let pauseWithoutKeys: TimeInterval = 5
    /// How long a caller may have to wait for the issuer.
    private static let timeout = Duration.seconds(5)
    /// How far clocks may differ, in seconds.
    private static let leeway = 60.0

    private struct Keys {
        var byID: [String: VerificationKey] = [:]

        /// A token without a key id can mean the only key.
        func key(_ id: String?) -> VerificationKey? {
            if let id { return byID[id] }
            return byID.count == 1 ? byID.first?.value : nil
        }
    }

    private let settings: JWTSettings
    private let now: @Sendable () -> Date
    private let keys: ExpiringValue<Keys>

    init(
        _ settings: JWTSettings, http: HTTPClient, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.settings = settings
        self.now = now
        let pauses = ExpiringValue<Keys>.Pauses(
            whileValid: Self.shortestPause, withoutValue: Self.pauseWithoutKeys)
        keys = ExpiringValue(pauses: pauses, now: now) {
            do {
                let keys = Keys(byID: try await Self.fetch(settings.issuer, http))
                return .init(keys, renewAt: now().addingTimeInterval(Self.keyLifetime))
            } catch {
                // Here, where it is told once for each try and not for each token.
                logger.warning(
                    "http.issuer.unavailable", metadata: ["issuer": "\(settings.issuer)", "error": "\(error)"])
                throw error
            }
        }
    }

    /// - Returns: nil if the token is not to be trusted, or cannot be verified because the issuer never told its keys.
    func verify(_ text: String) async -> Identity? {
        guard let token = JSONWebToken(text), VerificationKey.algorithms.contains(token.header.alg),
            let key = await key(token.header.kid), key.algorithm == token.header.alg,
            key.isValid(token.signature, of: token.signed)
        else { return nil }
        return identity(token.claims, at: now().timeIntervalSince1970)
    }

    private func identity(_ claims: JSONWebToken.Claims, at now: Double) -> Identity? {
        guard claims.text("iss") == settings.issuer, claims.texts("aud").contains(settings.audience),
            let end = claims.number("exp"), end > now - Self.leeway,
            claims.number("nbf") ?? 0 <= now + Self.leeway, let subject = claims.text("sub"), !subject.isEmpty
        else { return nil }
        let (vendorID, roleName) = (claims.text(settings.vendorClaim), claims.text(settings.roleClaim))
        // A claim of another type was meant to say something: taking it for a missing one would guess what.
        guard claims.has(settings.vendorClaim) == (vendorID != nil),
            claims.has(settings.roleClaim) == (roleName != nil),
            vendorID?.isEmpty != true
        else { return nil }
        let role = roleName.map(AccessRole.init) ?? (vendorID == nil ? nil : .vendor)
        guard let role, (role == .vendor) == (vendorID != nil) else { return nil }
        return Identity(subject: "jwt:\(subject.prefix(200))", role: role, vendorID: vendorID)
    }

    private func key(_ id: String?) async -> VerificationKey? {
        do {
            if let key = try await keys.value().key(id) { return key }
            return try await keys.renew(atMostEvery: Self.shortestPause)?.key(id)
        } catch {
            return nil  // the log has it; whether the token is good cannot be known now
        }
    }

    private static func fetch(_ issuer: String, _ http: HTTPClient) async throws -> [String: VerificationKey] {
        struct Configuration: Decodable { var jwks_uri: String }
        struct KeySet: Decodable { var keys: [JSONWebKey] }
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let configuration = try await get(Configuration.self, "\(base)/.well-known/openid-configuration", http)
        let set = try await get(KeySet.self, configuration.jwks_uri, http)
        let usable = set.keys.compactMap { key in key.verificationKey.map { (key.kid ?? "", $0) } }
        // An empty set would lock everybody out as much as none: it is more likely a mistake on the way.
        guard !usable.isEmpty else { throw IssuerUnavailable(reason: "\(configuration.jwks_uri) has no usable key") }
        return Dictionary(usable) { first, _ in first }
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

/// The issuer of tokens does not tell its keys.
private struct IssuerUnavailable: Error, CustomStringConvertible {
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
