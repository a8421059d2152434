import Catalog
import Postgres

/// The database as callers of the HTTP interface see it.
struct APIDatabase: Sendable {
    let pool: Pool
    /// Whether the server keeps statements planned: not behind PgBouncer.
    let prepares: Bool
    private let shared: SharedPipelines

    init(pool: Pool, prepares: Bool) {
        self.pool = pool
        self.prepares = prepares
        shared = SharedPipelines(pool)
    }

    /// Reads with the rights of the caller: a vendor sees its own rows because PostgreSQL shows no others, whatever the
    /// statements say. One round trip.
    /// - Parameter isQuick: whether an index finds the rows at once. Such reads share connections and round trips.
    /// - Returns: what `body` makes of the rows of each statement.
    func read<Result: Sendable>(
        as identity: Identity, _ statements: Statement..., isQuick: Bool = false,
        body: @escaping @Sendable ([Rows]) throws -> Result
    ) async throws -> Result {
        let all = ([IdentityReads.assume(identity)] + statements).map { $0.prepared(prepares) }
        // PgBouncer lends connections for one transaction, not for a row of them.
        guard isQuick, prepares else { return try await pool.run { try body(Array(try $0.pipeline(all).dropFirst())) } }
        return try await shared.run(all) { try body(Array($0.dropFirst())) }
    }

    /// Changes something in one transaction, unless another request has taken over the Idempotency-Key of this one.
    func write<Result: Sendable>(
        for call: Call, _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await pool.transaction { session in
            try call.holdKey(session)
            return try body(session)
        }
    }
}

extension Call {
    /// - Throws: `Problem` if another request has taken over the Idempotency-Key.
    func holdKey(_ session: Session) throws {
        guard let claim else { return }
        guard try session.holdIdempotencyKey(claim) else { throw Problem.keyTakenOver }
    }
}
