package import Postgres

/// The statements of `catalog.api_tokens`.
extension APIToken {
    private static let columns: Statement = """
        token_id, role, vendor_id, description,
        \(.timestamp("created_at")) as created_at,
        \(.timestamp("expires_at")) as expires_at,
        \(.timestamp("revoked_at")) as revoked_at,
        \(.timestamp("last_used_at")) as last_used_at
        """

    static func insert(_ token: NewAPIToken) -> Statement {
        """
        insert into catalog.api_tokens (token_id, secret_sha256, role, vendor_id, description, expires_at)
        values (\(token.tokenID)::text, \(token.secretSHA256)::text, \(token.role.rawValue)::text,
            \(token.vendorID)::text, \(token.description)::text, now() + make_interval(days => \(token.lifetimeDays)::integer))
        returning \(columns)
        """
    }

    static func selectAll(vendorID: String?) -> Statement {
        """
        select \(columns) from catalog.api_tokens
        where \(vendorID)::text is null or vendor_id = \(vendorID)::text
        order by created_at, token_id
        """
    }

    static func selectCredential(_ tokenID: String) -> Statement {
        """
        select secret_sha256, role, vendor_id, extract(epoch from expires_at)::float8 as expires_at
        from catalog.api_tokens
        where token_id = \(tokenID)::text and revoked_at is null and expires_at > clock_timestamp()
        """
    }

    static func revoke(_ tokenID: String, vendorID: String?) -> Statement {
        """
        update catalog.api_tokens set revoked_at = coalesce(revoked_at, clock_timestamp())
        where token_id = \(tokenID)::text and (\(vendorID)::text is null or vendor_id = \(vendorID)::text)
        """
    }

    static func touch(_ tokenIDs: [String]) -> Statement {
        """
        update catalog.api_tokens set last_used_at = date_trunc('minute', clock_timestamp())
        where token_id = any(\(tokenIDs)::text[]) and last_used_at is distinct from date_trunc('minute', clock_timestamp())
        """
    }

    init(_ row: Row) throws {
        try self.init(
            tokenID: row.get("token_id"), role: AccessRole(rawValue: row.get("role")) ?? .vendor,
            vendorID: row.get("vendor_id"), description: row.get("description"), createdAt: row.get("created_at"),
            expiresAt: row.get("expires_at"), revokedAt: row.get("revoked_at"), lastUsedAt: row.get("last_used_at"))
    }
}

extension Session {
    /// Stores a token.
    /// - Throws: `PostgresError`, a foreign key violation if there is no such vendor.
    package func addToken(_ token: NewAPIToken) throws -> APIToken {
        let row = try query(APIToken.insert(token)).first
        guard let row else { preconditionFailure("an insert that returns gives its row") }
        return try APIToken(row)
    }

    /// Tokens by age, revoked and ended ones too.
    /// - Parameter vendorID: only this vendor's; nil takes all.
    package func tokens(vendorID: String? = nil) throws -> [APIToken] {
        try query(APIToken.selectAll(vendorID: vendorID)).map(APIToken.init)
    }

    /// - Returns: nil if the token is unknown, revoked or has ended.
    package func credential(_ tokenID: String) throws -> StoredCredential? {
        try first(APIToken.selectCredential(tokenID)).map { row in
            try StoredCredential(
                secretSHA256: row.get("secret_sha256"), role: AccessRole(rawValue: row.get("role")) ?? .vendor,
                vendorID: row.get("vendor_id"), expiresAt: row.get("expires_at"))
        }
    }

    /// Ends a token at once.
    /// - Parameter vendorID: whose it must be; nil takes any.
    /// - Returns: false if there is no such token.
    package func revokeToken(_ tokenID: String, vendorID: String? = nil) throws -> Bool {
        try execute(APIToken.revoke(tokenID, vendorID: vendorID)) == 1
    }

    /// Notes that tokens were used in this minute.
    package func touchTokens(_ tokenIDs: [String]) throws {
        try execute(APIToken.touch(tokenIDs))
    }
}
