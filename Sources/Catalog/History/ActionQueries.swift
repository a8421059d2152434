package import Postgres

/// The statement that writes a row of `audit.actions`.
enum Action {
    static func record(_ action: String, object: String?, isChange: Bool?) -> Statement {
        "select catalog.record_action(\(action)::text, \(object)::text, \(isChange)::boolean) as written"
    }
}

extension Session {
    /// Writes a row of `audit.actions`, with the rows that this transaction has changed, unless it has changed nothing.
    /// - Parameter isChange: nil asks the transaction.
    /// - Returns: whether it was written.
    @discardableResult
    package func recordAction(_ action: String, object: String?, isChange: Bool? = nil) throws -> Bool {
        try first(Action.record(action, object: object, isChange: isChange).prepared())?.get("written") ?? false
    }

    /// The same together with the commit.
    /// - Parameter whether: told whether it was written.
    func recordActionLater(_ action: String, object: String?, isChange: Bool?, whether: @escaping (Bool) -> Void) throws
    {
        try queryLater(Action.record(action, object: object, isChange: isChange).prepared()) { rows in
            whether(rows.first?[0] == "t")
        }
    }
}
