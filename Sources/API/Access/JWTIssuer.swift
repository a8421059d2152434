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
    /// As in the `aud` claim of bearer tokens.
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
    /// How far clocks may differ, in seconds.
    private static let leeway = 60.0

    private let settings: JWTSettings
    private let now: @Sendable () -> Date
    private let metadata: ExpiringValue<IssuerMetadata>

    init(
        _ settings: JWTSettings, http: HTTPClient, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.settings = settings
        self.now = now
        let pauses = ExpiringValue<IssuerMetadata>.Pauses(
            whileValid: Self.shortestPause, withoutValue: Self.pauseWithoutKeys)
        metadata = ExpiringValue(pauses: pauses, now: now) {
            do {
                let found = try await IssuerMetadata.fetch(settings.issuer, http)
                return .init(found, renewAt: now().addingTimeInterval(Self.keyLifetime))
            } catch {
                // Here, where it is told once for each try and not for each token.
                logger.warning(
                    "http.issuer.unavailable", metadata: ["issuer": "\(settings.issuer)", "error": "\(error)"])
                throw error
            }
        }
    }

    /// Who a bearer token stands for.
    /// - Returns: nil if the token is not to be trusted, or cannot be verified because the issuer never told its keys.
    func verify(_ text: String) async -> Identity? {
        await trustedClaims(of: text, for: settings.audience).flatMap(identity)
    }

    /// What an ID token says (OpenID Connect Core 1.0, section 3.1.3.7).
    enum Verdict: Equatable {
        case somebody(Identity)
        /// The token is good, and names nobody who may do anything here.
        case nobodyHere
        case untrusted
    }

    /// - Parameters:
    ///   - text: as it came from the token endpoint.
    ///   - nonce: that the request for it had.
    func verify(idToken text: String, for clientID: String, nonce: String) async -> Verdict {
        guard let claims = await trustedClaims(of: text, for: clientID), claims.text("nonce") == nonce,
            claims.text("azp") == clientID || !claims.has("azp") && claims.texts("aud").count == 1
        else { return .untrusted }
        return identity(claims).map(Verdict.somebody) ?? .nobodyHere
    }

    /// Where people sign in.
    /// - Throws: if the issuer is away and never told.
    func endpoints() async throws -> IssuerMetadata.Endpoints {
        guard let endpoints = try await metadata.value().endpoints else {
            throw IssuerUnavailable(reason: "\(settings.issuer) does not say where people sign in")
        }
        return endpoints
    }

    private func trustedClaims(of text: String, for audience: String) async -> JSONWebToken.Claims? {
        guard let token = JSONWebToken(text), VerificationKey.algorithms.contains(token.header.alg),
            let key = await key(token.header.kid), key.algorithm == token.header.alg,
            key.isValid(token.signature, of: token.signed)
        else { return nil }
        let (claims, now) = (token.claims, now().timeIntervalSince1970)
        guard claims.text("iss") == settings.issuer, claims.texts("aud").contains(audience),
            let end = claims.number("exp"), end > now - Self.leeway,
            claims.number("nbf") ?? 0 <= now + Self.leeway, claims.text("sub")?.isEmpty == false
        else { return nil }
        return claims
    }

    private func identity(_ claims: JSONWebToken.Claims) -> Identity? {
        let (vendorID, roleName) = (claims.text(settings.vendorClaim), claims.text(settings.roleClaim))
        // A claim of another type was meant to say something: taking it for a missing one would guess what.
        guard claims.has(settings.vendorClaim) == (vendorID != nil),
            claims.has(settings.roleClaim) == (roleName != nil),
            vendorID?.isEmpty != true
        else { return nil }
        let role = roleName.map(AccessRole.init) ?? (vendorID == nil ? nil : .vendor)
        guard let role, (role == .vendor) == (vendorID != nil) else { return nil }
        return Identity(subject: "jwt:\((claims.text("sub") ?? "").prefix(200))", role: role, vendorID: vendorID)
    }

    private func key(_ id: String?) async -> VerificationKey? {
        do {
            if let key = try await metadata.value().key(id) { return key }
            return try await metadata.renew(atMostEvery: Self.shortestPause)?.key(id)
        } catch {
            return nil  // the log has it; whether the token is good cannot be known now
        }
    }
}
