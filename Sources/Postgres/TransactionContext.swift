/// What a task says of itself in every transaction that it, or a task below it, begins to change something.
public struct TransactionContext: Sendable {
    /// Of the task at hand.
    @TaskLocal public static var current: TransactionContext?

    /// Settings of the server for the length of the transaction: letters, digits, `_` and a dot, and a value.
    public var settings: [String: String]
    /// Runs at the end of the transaction, as part of it.
    public var beforeCommit: (@Sendable (Session) throws -> Void)?

    /// What a transaction is told when it begins, and what it does before it ends.
    public init(settings: [String: String], beforeCommit: (@Sendable (Session) throws -> Void)? = nil) {
        self.settings = settings
        self.beforeCommit = beforeCommit
    }

    /// For the message that begins the transaction, so that it costs no round trip.
    var script: String {
        settings.sorted { $0.key < $1.key }.map { name, value in
            precondition(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._".contains($0)) })
            // Read the same with standard_conforming_strings on or off.
            let escaped = value.replacing("\0", with: "").replacing("\\", with: "\\\\").replacing("'", with: "''")
            return "; set local \(name) = E'\(escaped)'"
        }.joined()
    }
}
