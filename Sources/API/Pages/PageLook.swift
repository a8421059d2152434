package import Postgres

extension APIDatabase {
    /// Reads with the rights of whoever looks at a page, in one transaction.
    package func look<Result: Sendable>(
        as identity: Identity, _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await pool.transaction { session in
            try session.execute(IdentityReads.assume(identity))
            return try body(session)
        }
    }
}
