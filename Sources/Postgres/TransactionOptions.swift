/// How a transaction runs: manual, SET TRANSACTION.
public struct TransactionOptions: Sendable {
    /// What a transaction sees of others.
    public enum Isolation: String, Sendable {
        /// Each statement sees what was committed before it began.
        case readCommitted = "read committed"
        /// All statements see what was committed before the first began.
        case repeatableRead = "repeatable read"
        /// As if transactions ran one after another; may fail with SQLSTATE 40001.
        case serializable
    }

    /// What the transaction sees of others.
    public var isolation: Isolation
    /// Whether the server refuses changes; if not, it does as it is set up.
    public var isReadOnly: Bool
    /// Whether a serializable read-only transaction waits until it cannot fail.
    public var isDeferrable: Bool

    /// Read committed, reading and writing where the server takes changes, unless said otherwise.
    public init(isolation: Isolation = .readCommitted, isReadOnly: Bool = false, isDeferrable: Bool = false) {
        self.isolation = isolation
        self.isReadOnly = isReadOnly
        self.isDeferrable = isDeferrable
    }

    /// Reads one state of the database throughout.
    public static let readOnlySnapshot = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)

    var begin: Statement {
        // Not `read write`: that would override `default_transaction_read_only`, by which operators freeze writes.
        let access: Statement = isReadOnly ? " read only" : ""
        let deferral: Statement = isDeferrable ? " deferrable" : ""
        return "begin isolation level \(raw: isolation.rawValue)\(access)\(deferral)"
    }
}
