import Catalog
import Foundation
package import HTTPTypes
package import Hummingbird
import Postgres

/// Lets people in: by the secret of a session, in a cookie that no script reads and no other site sends.
package struct PageDoor: Sendable {
    let pool: Pool
    let authenticator: Authenticator
    /// As configured; nil takes whatever host a request names.
    let publicURL: String?
    /// Whether browsers reach it by TLS, as they do unless they are on this machine.
    let isSecure: Bool

    init(pool: Pool, authenticator: Authenticator, publicURL: String?, address: ListenAddress) {
        self.pool = pool
        self.authenticator = authenticator
        self.publicURL = publicURL
        let url = publicURL.flatMap(URL.init)
        isSecure =
            url.map { $0.scheme == "https" || !ListenAddress(host: $0.host() ?? "", port: 0).isLoopback }
            ?? !address.isLoopback
    }

    private static let cookieName = "catalog"

    /// Begins a session with a token.
    /// - Returns: the `Set-Cookie`.
    /// - Throws: `Problem` if the token is not good.
    package func signIn(token text: String) async throws -> HTTPField {
        guard let token = TokenSecret(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Problem(.unauthenticated, "this is no token")
        }
        return try await begin(authenticator.identify(token)) { session, tables in
            session.tokenID = token.tokenID
            try tables.beginSignIn(session)
        }
    }

    /// Begins a session with a mailed link, which is used up: of two forms that come at once, one begins a session.
    ///
    /// A button that is clicked twice sends its form twice, and browsers heed the second answer alone: the session's secret is made of the
    /// link's and the form's, so that within a minute the same form gets the same session.
    /// - Parameter form: made anew each time that the button is shown; nil is another one each time.
    /// - Returns: the `Set-Cookie`; nil if the link does not work any more.
    package func signIn(link text: String, form: String?) async throws -> HTTPField? {
        guard let secret = TokenSecret(text, .link),
            let link = try await pool.run({ try $0.signInLink(secret.tokenID, orUsedWithin: 60) }),
            secret.matches(link.secretSHA256)
        else { return nil }
        let identity = Identity(subject: "link:\(link.vendorID)", role: .vendor, vendorID: link.vendorID)
        let sessionSecret = form.map { secret.derived(.session, for: $0) } ?? .make(.session)
        do {
            return try await begin(identity, sessionSecret) { session, tables in
                guard try tables.useSignInLink(link.linkID) else {
                    let begun = try tables.signIn(session.sessionID) { sessionSecret.matches($0.secretSHA256) }
                    throw begun?.linkID == link.linkID ? Entrance.open : .closed
                }
                session.linkID = link.linkID
                try tables.beginSignIn(session)
            }
        } catch Entrance.open {
            return cookie(of: sessionSecret)
        } catch Entrance.closed {
            return nil
        }
    }

    /// Begins a session of somebody for whom the issuer vouches.
    /// - Parameter action: method and path, for `audit.actions`.
    /// - Returns: the `Set-Cookie`; nil if it is a vendor who is not here, or suspended.
    func signIn(_ identity: Identity, by action: String) async throws -> HTTPField? {
        do {
            let context = TransactionContext.current?.recording(ActionRecord(action))
            return try await TransactionContext.$current.withValue(context) {
                try await begin(identity) { session, tables in
                    if let vendorID = session.vendorID, try tables.vendor(vendorID)?.status != .active {
                        throw Entrance.closed
                    }
                    try tables.beginSignIn(session)
                }
            }
        } catch Entrance.closed {
            return nil
        }
    }

    /// Why no session is begun: nobody is let in, or somebody was already. The transaction that finds it leaves no row.
    private enum Entrance: Error { case closed, open }

    private func cookie(of secret: TokenSecret) -> HTTPField {
        cookie(Self.cookieName, secret.text, seconds: 12 * 3600)
    }

    /// - Parameter store: stores the session, once it has added what it began with.
    private func begin(
        _ identity: Identity, _ secret: TokenSecret = .make(.session),
        store: @escaping @Sendable (inout SignInSession, Session) throws -> Void
    ) async throws -> HTTPField {
        guard let role = identity.role else { throw Problem(.forbidden, "nobody in particular cannot sign in") }
        let session = SignInSession(
            sessionID: secret.tokenID, secretSHA256: secret.sha256, subject: identity.subject, role: role,
            vendorID: identity.vendorID)
        // From here on it is known who it is.
        var context = TransactionContext.current
        context?.settings.merge(Attribution(actor: identity.subject).context.settings) { $1 }
        if let object = identity.vendorID { ActionRecord.name(object) }
        try await TransactionContext.$current.withValue(context) {
            try await pool.transaction { tables in
                var session = session
                try store(&session, tables)
            }
        }
        return cookie(of: secret)
    }

    /// Ends the session of a request, if it has one.
    /// - Returns: the `Set-Cookie` that takes it away.
    package func signOut(_ request: Request) async throws -> HTTPField {
        if let session = try await session(of: request) {
            try await pool.transaction { try $0.endSignIn(session.sessionID) }
        }
        return cookie(Self.cookieName, "", seconds: 0)
    }

    /// Who sent the request; nobody without a session.
    package func identify(_ request: Request) async throws -> Identity {
        guard let session = try await session(of: request) else { return .anybody }
        return Identity(subject: session.subject, role: session.role, vendorID: session.vendorID)
    }

    private func session(of request: Request) async throws -> SignInSession? {
        guard let text = cookieValue(Self.cookieName, request), let secret = TokenSecret(text, .session) else {
            return nil
        }
        return try await pool.run { session in
            try session.signIn(secret.tokenID) { secret.matches($0.secretSHA256) }
        }
    }

    func cookieValue(_ name: String, _ request: Request) -> String? {
        let start = "\(fullName(name))="
        let pairs = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
        return pairs.map { $0.trimmingCharacters(in: .whitespaces) }.first { $0.hasPrefix(start) }
            .map { String($0.dropFirst(start.count)) }
    }

    /// - Parameter sameSite: `Lax` for what has to come along with a link of another site.
    func cookie(_ name: String, _ value: String, seconds: Int, sameSite: String = "Strict") -> HTTPField {
        HTTPField(
            name: .setCookie,
            value: "\(fullName(name))=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=\(sameSite)"
                + (isSecure ? "; Secure" : ""))
    }

    /// A cookie of that beginning cannot be set by a neighbour domain ("Cookies: HTTP State Management Mechanism", `__Host-`).
    private func fullName(_ name: String) -> String { isSecure ? "__Host-\(name)" : name }

    // MARK: Other sites

    /// Refuses what another site let the browser send. Browsers say where a request comes from; older ones say at least the origin.
    /// - Throws: `Problem`.
    func requireSameSite(_ request: Request) throws {
        guard ![.get, .head].contains(request.method) else { return }
        if let site = request.headers[.secFetchSite] {
            guard site != "same-origin" else { return }
        } else if let origin = request.headers[.origin], isOwn(origin, request) {
            return
        }
        throw Problem(.forbidden, "this came from another site: open the page here and send it again")
    }

    private func isOwn(_ origin: String, _ request: Request) -> Bool {
        if let url = publicURL.flatMap(URL.init), let scheme = url.scheme, let host = url.host() {
            return origin == "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
        }
        guard let authority = request.head.authority else { return false }
        return origin == "http://\(authority)" || origin == "https://\(authority)"
    }
}

extension HTTPField.Name {
    static let secFetchSite = Self("Sec-Fetch-Site")!
}
