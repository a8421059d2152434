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

    /// Goes out with the statement that begins the transaction; nil without settings. Its text says nothing of the values: `pg_stat_statements`
    /// would count each `set local` by its value.
    var statement: Statement? {
        guard !settings.isEmpty else { return nil }
        let calls = settings.sorted { $0.key < $1.key }.enumerated().map { number, setting -> Statement in
            let separator: Statement = number == 0 ? "" : ", "
            let value = setting.value.replacing("\0", with: "")
            return "\(separator)pg_catalog.set_config(\(setting.key)::text, \(value)::text, true)"
        }
        return calls.reduce(into: "select ") { $0 += $1 }
    }
}
