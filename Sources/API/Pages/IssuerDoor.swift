import Catalog
import Curl
import Enrichment
import Foundation
package import HTTPTypes
package import Hummingbird
import HummingbirdCore
import Logging
import OpenSSL
import Postgres

/// Why nobody was signed in at the issuer.
package enum IssuerSignInFailure: Error, Equatable {
    /// It began in another browser, or too long ago, or has ended already.
    case over
    /// The person or the issuer did not want it.
    case refused
    /// What the issuer sent proves nothing.
    case untrusted
    /// The issuer knows the person, and this service does not.
    case nobodyHere
    /// The issuer is away, or this service is not set up there as it should be; the log says why.
    case unavailable
}

/// Lets people in by an issuer: authorization code with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636).
///
/// A browser that goes there takes a secret along in a cookie. State, nonce and verifier are made of that secret, so that nobody else can
/// end what it began, and the database, which has its hash, tells nobody how. The cookie comes back with a link of another site, as the
/// session's never does: hence SameSite=Lax, for ten minutes, and for this alone.
package struct IssuerDoor: Sendable {
    /// By one caller, who may be the proxy of a whole office.
    private static let beginningsPerSecond = 20
    private static let cookieName = "catalog-issuer"
    private static let callbackPath = "/portal/sign-in/oidc/callback"

    /// Of the issuer, for people: its host.
    package let name: String
    private let issuer: JWTIssuer
    private let exchange: CodeExchange
    private let door: PageDoor
    private let limiter: RequestLimiter
    private let proxies: [AddressBlock]
    private let logger: Logger

    /// - Returns: nil if this service is no client of the issuer, or does not know where browsers find it.
    init?(
        _ issuer: JWTIssuer, _ door: PageDoor, _ configuration: APIServer.Configuration, http: HTTPClient,
        secret: @escaping SecretReader, logger: Logger
    ) {
        guard let client = configuration.client, let publicURL = configuration.publicURL,
            let url = configuration.tokens?.issuer
        else { return nil }
        name = URL(string: url)?.host() ?? url
        self.issuer = issuer
        exchange = CodeExchange(
            client: client, redirectURL: publicURL + Self.callbackPath, http: http, secret: secret)
        self.door = door
        limiter = RequestLimiter(perSecond: Self.beginningsPerSecond)
        proxies = configuration.proxies
        self.logger = logger
    }

    /// Sends somebody to the issuer.
    /// - Parameter next: the page that is wanted then.
    /// - Throws: `IssuerSignInFailure`; `Problem`.
    package func begin(next: String?, for call: Call) async throws -> Response {
        let caller = call.caller(behind: proxies)
        if let seconds = limiter.wait(caller) {
            throw Problem(.tooManyRequests, "too many sign-ins were begun: wait \(seconds) s", retryAfter: seconds)
        }
        let endpoints = try await telling { try await issuer.endpoints() }
        let secret = TokenSecret.make(.issuer)
        try await door.pool.run { try $0.beginIssuerSignIn(secret.tokenID, sha256: secret.sha256, next: next) }
        let query = [
            ("response_type", "code"), ("client_id", exchange.client.clientID),
            ("redirect_uri", exchange.redirectURL), ("scope", exchange.client.scope),
            ("state", secret.derived(.state)), ("nonce", secret.derived(.nonce)),
            ("code_challenge", SHA256.hash(Array(secret.derived(.verifier).utf8)).base64URL),
            ("code_challenge_method", "S256"),
        ]
        let separator = endpoints.authorization.contains("?") ? "&" : "?"
        return Response(
            status: .seeOther,
            headers: [
                .location: endpoints.authorization + separator + query.formEncoded,
                .setCookie: door.cookie(Self.cookieName, secret.text, seconds: 600, sameSite: "Lax").value,
            ])
    }

    /// Takes somebody in who comes back.
    /// - Returns: the `Set-Cookie` of the session, and the page that was wanted.
    /// - Throws: `IssuerSignInFailure`.
    package func finish(_ call: Call) async throws -> (cookie: HTTPField, next: String?) {
        let answer = try IssuerAnswer(call.request)
        guard let secret = door.cookieValue(Self.cookieName, call.request).flatMap({ TokenSecret($0, .issuer) }),
            answer.state == secret.derived(.state)
        else { throw IssuerSignInFailure.over }
        let begun = try await door.pool.transaction { session in
            try session.endIssuerSignIn(secret.tokenID) { secret.matches($0) }
        }
        guard let begun else { throw IssuerSignInFailure.over }
        if let error = answer.error {
            logger.notice("sign_in.refused", metadata: ["error": "\(error.plainCode)"])
            throw IssuerSignInFailure.refused
        }
        guard let code = answer.code else { throw IssuerSignInFailure.over }
        let identity = try await identity(for: code, secret)
        guard let cookie = try await door.signIn(identity, by: "GET \(Self.callbackPath)") else {
            throw IssuerSignInFailure.nobodyHere
        }
        return (cookie, begun.next)
    }

    /// The `Set-Cookie` that takes away what `begin` gave.
    package var ending: HTTPField { door.cookie(Self.cookieName, "", seconds: 0, sameSite: "Lax") }

    private func identity(for code: String, _ secret: TokenSecret) async throws -> Identity {
        let token = try await telling {
            try await exchange.idToken(for: code, verifier: secret.derived(.verifier), at: try await issuer.endpoints())
        }
        switch await issuer.verify(
            idToken: token, for: exchange.client.clientID, nonce: secret.derived(.nonce))
        {
        case .somebody(let identity): return identity
        case .nobodyHere: throw IssuerSignInFailure.nobodyHere
        case .untrusted:
            logger.warning("sign_in.untrusted")
            throw IssuerSignInFailure.untrusted
        }
    }

    /// Tells the log why the issuer could not be asked: people cannot mend that.
    private func telling<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error where error is IssuerUnavailable || error is HTTPTransportError {
            logger.error("sign_in.issuer.failed", metadata: ["error": "\(error)"])
            throw IssuerSignInFailure.unavailable
        }
    }
}

/// What the issuer has a browser say (RFC 6749, section 4.1.2). What it adds beyond that says nothing to us.
private struct IssuerAnswer {
    let state: String?
    let code: String?
    let error: String?

    /// - Throws: `IssuerSignInFailure` if one is given twice or is not text.
    init(_ request: Request) throws {
        // What cannot be read was not sent by the issuer.
        guard let pairs = try? Endpoint.pairs(of: request.uri.query) else { throw IssuerSignInFailure.over }
        let value = { (name: String) throws -> String? in
            let values = pairs.filter { $0.name == name }.map(\.value)
            guard values.count <= 1 else { throw IssuerSignInFailure.over }
            return values.first
        }
        (state, code, error) = (try value("state"), try value("code"), try value("error"))
    }
}

extension TokenSecret {
    /// What is shown to the issuer instead of the secret.
    fileprivate enum Purpose: String { case state, nonce, verifier }

    fileprivate func derived(_ purpose: Purpose) -> String { derived(for: purpose.rawValue) }
}
