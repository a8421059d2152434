import Postgres

/// The statements that keep the history in the order of commits.
enum History {
    /// Tells nobody: a commit that does so holds up all others of the cluster.
    static func tick(waits: Bool) -> Statement { "select audit.tick(\(waits)::boolean, false) as tick" }

    static let head: Statement = "select head from audit.head()"

    static func verify(head: String?) -> Statement {
        """
        select ticks, changes, versions, newest, problem, sealed_rows, released_rows, sealed_products, sealed_uploads
        from audit.verify_history(\(head)::text)
        """
    }
}

/// What a proof of the history found.
package struct HistoryProof: Sendable, Encodable {
    package var ticks: Int
    package var changes: Int
    package var versions: Int
    /// Of the timelines of uploads, of actions, and of what operators set up.
    package var sealedRows: Int
    /// What left after its time, of all tables of the history.
    package var releasedRows: Int
    /// Current rows that are in a seal; what changed since the last one is not.
    package var sealedProducts: Int
    /// Uploads that ended, with their errors.
    package var sealedUploads: Int
    /// `TICK:HASH` of the newest tick: it stands for all of the past.
    package var head: String
    /// The first row that is not as it was written; nil if all are.
    package var problem: String?
}

extension Session {
    /// Recomputes every hash of the history.
    /// - Parameter head: that was kept elsewhere: the history must still contain it.
    package func verifyHistory(head: String? = nil) throws -> HistoryProof {
        let row = try query(History.verify(head: head))[0]
        return try HistoryProof(
            ticks: row.get("ticks"), changes: row.get("changes"), versions: row.get("versions"),
            sealedRows: row.get("sealed_rows"), releasedRows: row.get("released_rows"),
            sealedProducts: row.get("sealed_products"), sealedUploads: row.get("sealed_uploads"),
            head: row.get("newest"),
            problem: row.get("problem"))
    }

    /// The newest tick and its hash, as `TICK:HASH`.
    package func historyHead() throws -> String { try query(History.head)[0].get("head") }

    /// Takes up all changes that are committed and in no tick yet, and tells so after the commit. Needs a transaction that is short,
    /// because others wait for its end who ask for the past since the last tick.
    /// - Parameter waits: for a tick that somebody else makes; otherwise that one will do.
    /// - Returns: the number of the tick; nil if there was nothing new.
    @discardableResult
    package func tick(waits: Bool = true) throws -> Int? {
        let tick: Int? = try query(History.tick(waits: waits))[0].get("tick")
        if let tick { tell(ChangeFeed.channel, "\(tick)") }
        return tick
    }
}
