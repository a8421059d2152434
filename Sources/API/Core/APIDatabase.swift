import Catalog
package import Hummingbird
package import Postgres

/// The database as callers of the HTTP interface see it.
package struct APIDatabase: Sendable {
    package let pool: Pool
    private let primary: ReadSource
    private let standby: (replica: ReadReplica, source: ReadSource)?

    /// - Parameters:
    ///   - prepares: whether the server keeps statements planned: not behind PgBouncer.
    ///   - replica: answers what may lag.
    init(pool: Pool, prepares: Bool, replica: ReadReplica? = nil) {
        self.pool = pool
        primary = ReadSource(pool, prepares: prepares)
        standby = replica.map { ($0, ReadSource($0.pool, prepares: prepares)) }
    }

    /// Reads with the rights of the caller: a vendor sees its own rows because PostgreSQL shows no others, whatever the
    /// statements say. One round trip.
    /// - Parameters:
    ///   - isQuick: whether an index finds the rows at once. Such reads share connections and round trips.
    ///   - mayLag: whether a standby may answer that is some seconds behind: not what a caller waits for to happen.
    /// - Returns: what `body` makes of the rows of each statement.
    package func read<Result: Sendable>(
        as identity: Identity, _ statements: Statement..., isQuick: Bool = false, mayLag: Bool = false,
        body: @escaping @Sendable ([Rows]) throws -> Result
    ) async throws -> Result {
        let all = [IdentityReads.assume(identity)] + statements
        return try await asking(mayLag: mayLag) { try await $0.read(all, isQuick: isQuick, body) }
    }

    /// Reads what may be large with the rights of the caller: one state of the database, which a standby may answer.
    func readLarge<Result: Sendable>(
        as identity: Identity, _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await asking(mayLag: true) { source in
            try await source.pool.transaction(.readOnlySnapshot, within: .seconds(600)) { session in
                try session.execute(IdentityReads.assume(identity, limit: "10min"))
                return try body(session)
            }
        }
    }

    private func asking<Result: Sendable>(
        mayLag: Bool, _ read: (ReadSource) async throws -> Result
    ) async throws -> Result {
        if mayLag, let standby, standby.replica.isFresh {
            do {
                return try await read(standby.source)
            } catch let error as PostgresError where error.isTransient {
                // It is away, or had to cancel the query for what it replays.
                standby.replica.doubt(error)
            }
        }
        return try await read(primary)
    }

    /// Changes something in one transaction, unless another request has taken over the Idempotency-Key of this one.
    /// - Parameter limit: for what may take longer than the pool's limit.
    package func write<Result: Sendable>(
        for call: Call, within limit: Duration? = nil, _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await pool.transaction(within: limit) { session in
            try call.holdKey(session)
            return try body(session)
        }
    }

    /// Changes something as `write` does, and keeps the answer of a request with an Idempotency-Key in the same transaction.
    package func answer(
        for call: Call, within limit: Duration? = nil, _ body: @escaping @Sendable (Session) throws -> Answer
    ) async throws -> Response {
        try await write(for: call, within: limit) { session in
            let answer = try body(session)
            try call.keep(answer, session)
            return answer
        }.response
    }
}

/// A server that is read from.
private struct ReadSource: Sendable {
    let pool: Pool
    private let shared: SharedPipelines
    private let prepares: Bool

    init(_ pool: Pool, prepares: Bool) {
        self.pool = pool
        self.prepares = prepares
        shared = SharedPipelines(pool)
    }

    /// - Parameter statements: one transaction, of which `body` gets the rows of all but the first.
    func read<Result: Sendable>(
        _ statements: [Statement], isQuick: Bool, _ body: @escaping @Sendable ([Rows]) throws -> Result
    ) async throws -> Result {
        let all = statements.map { $0.prepared(prepares) }
        // PgBouncer lends connections for one transaction, not for a row of them.
        guard isQuick, prepares else { return try await pool.run { try body(Array(try $0.pipeline(all).dropFirst())) } }
        return try await shared.run(all) { try body(Array($0.dropFirst())) }
    }
}

extension Call {
    /// - Throws: `Problem` if another request has taken over the Idempotency-Key.
    func holdKey(_ session: Session) throws {
        guard let keyed else { return }
        guard try session.holdIdempotencyKey(keyed.claim) else { throw Problem.keyTakenOver }
    }

    /// Keeps the answer, for a request that comes again, in the transaction that makes it true.
    func keep(_ answer: Answer, _ session: Session) throws {
        guard let keyed else { return }
        try session.keepAnswer(try keyed.kept(answer), for: keyed.claim)
    }
}
