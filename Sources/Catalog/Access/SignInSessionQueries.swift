package import Postgres

/// The statements of `catalog.sessions`.
extension SignInSession {
    static func insert(_ session: SignInSession) -> Statement {
        """
        insert into catalog.sessions (session_id, secret_sha256, subject, role, vendor_id, token_id, link_id)
        values (\(session.sessionID)::text, \(session.secretSHA256)::text, \(session.subject)::text,
            \(session.role.rawValue)::text, \(session.vendorID)::text, \(session.tokenID)::text, \(session.linkID)::text)
        """
    }

    /// One that has not ended, of a token that still works; without a token, of nobody or of a vendor who is active and, if it was by mail,
    /// still has the address.
    static func select(_ sessionID: String) -> Statement {
        """
        select s.session_id, s.secret_sha256, s.subject, s.role, s.vendor_id, s.token_id, s.link_id,
            s.seen_at < clock_timestamp() - interval '1 minute' as is_stale
        from catalog.sessions s
        left join catalog.api_tokens t using (token_id)
        left join catalog.sign_in_links l using (link_id)
        left join catalog.vendors v on v.vendor_id = s.vendor_id
        where s.session_id = \(sessionID)::text and s.expires_at > clock_timestamp()
          and s.seen_at > clock_timestamp() - interval '30 minutes'
          and case
              when s.token_id is not null then t.revoked_at is null and t.expires_at > clock_timestamp()
              when s.vendor_id is not null then v.status = 'active' and (s.link_id is null or v.email = l.email)
              else true end
        """
    }

    static func touch(_ sessionID: String) -> Statement {
        "update catalog.sessions set seen_at = clock_timestamp() where session_id = \(sessionID)::text"
    }

    static func delete(_ sessionID: String) -> Statement {
        "delete from catalog.sessions where session_id = \(sessionID)::text"
    }

    static let deleteExpired: Statement = """
        delete from catalog.sessions
        where expires_at < clock_timestamp() or seen_at < clock_timestamp() - interval '30 minutes'
        """

    init(_ row: Row) throws {
        try self.init(
            sessionID: row.get("session_id"), secretSHA256: row.get("secret_sha256"), subject: row.get("subject"),
            role: AccessRole(rawValue: row.get("role")) ?? .vendor, vendorID: row.get("vendor_id"),
            tokenID: row.get("token_id"), linkID: row.get("link_id"))
    }
}

extension Session {
    /// Begins a session at the pages.
    package func beginSignIn(_ session: SignInSession) throws { try execute(SignInSession.insert(session)) }

    /// A session that has not ended, which goes on for half an hour from now.
    /// - Parameter accepts: whether the secret is the session's; only then does it go on.
    package func signIn(_ sessionID: String, where accepts: (SignInSession) -> Bool) throws -> SignInSession? {
        guard let row = try first(SignInSession.select(sessionID)) else { return nil }
        let found = try SignInSession(row)
        guard accepts(found) else { return nil }
        if try row.get("is_stale", as: Bool.self) { try execute(SignInSession.touch(sessionID)) }
        return found
    }

    /// Ends a session at the pages.
    package func endSignIn(_ sessionID: String) throws { try execute(SignInSession.delete(sessionID)) }

    /// Forgets sessions that have ended.
    package func deleteExpiredSignIns() throws { try execute(SignInSession.deleteExpired) }
}
