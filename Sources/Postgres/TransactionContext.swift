import Text

/// Takes part in the end of transactions.
public protocol TransactionObserver: Sendable {
    /// The transaction has done its work; what is written here is part of it.
    /// - Returns: whether to tell how it ended.
    func willCommit(_ session: Session) throws -> Bool

    /// A transaction has ended of which ``willCommit(_:)`` wants to know.
    func didEnd(isCommitted: Bool)
}

/// What a task says of itself in every transaction that it, or a task below it, begins to change something.
public struct TransactionContext: Sendable {
    /// Of the task at hand.
    @TaskLocal public static var current: TransactionContext?

    /// Settings of the server for the length of the transaction: letters, digits, `_` and a dot, and a value.
    public var settings: [String: String]
    /// Takes part in the transaction before it ends.
    public var observer: (any TransactionObserver)?

    /// What a transaction is told when it begins, and who takes part in its end.
    public init(settings: [String: String], observer: (any TransactionObserver)? = nil) {
        self.settings = settings
        self.observer = observer
    }

    /// For the message that begins the transaction, so that it costs no round trip. One statement whose values `pg_stat_statements` takes
    /// out: with `set local` each value would be a statement of its own there, and push others out.
    var script: String {
        let calls = settings.sorted { $0.key < $1.key }.map { name, value in
            precondition(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._".contains($0)) })
            // Read the same with standard_conforming_strings on or off.
            return "pg_catalog.set_config('\(name)', E'\(value.escaping(["\0": "", "\\": "\\\\", "'": "''"]))', true)"
        }
        return calls.isEmpty ? "" : "; select " + calls.joined(separator: ", ")
    }
}
