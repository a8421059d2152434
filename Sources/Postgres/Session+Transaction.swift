import CLibpq

extension Session {
    /// Runs `body` as one transaction: committed when it returns, rolled back when it throws.
    /// - Throws: what `body` throws; `PostgresError` if a transaction is open already, or if the commit fails: also when
    ///   `body` went on after a failed statement, because the server then rolls back what it is asked to commit.
    @discardableResult
    public func transaction<Result>(
        _ options: TransactionOptions = .init(), _ body: () throws -> Result
    ) throws -> Result {
        let status = PQtransactionStatus(connection)
        guard status != PQTRANS_INTRANS, status != PQTRANS_INERROR else {
            throw PostgresError(message: "a transaction is open already: use savepoint inside it", sqlState: "25001")
        }
        notices = []
        onlyReads = options.isReadOnly
        defer { onlyReads = false }
        let context = options.isReadOnly ? nil : TransactionContext.current
        try begin(options, context)
        var isObserved = false
        do {
            let result = try body()
            isObserved = try context?.observer?.willCommit(self) ?? false
            guard try perform("commit").command == "COMMIT" else {
                throw PostgresError(
                    message:
                        "the transaction was rolled back, because a statement had failed in it: use savepoint around it",
                    sqlState: "25P02")
            }
            deliverNotices()
            if isObserved { context?.observer?.didEnd(isCommitted: true) }
            return result
        } catch {
            leaveTransaction()
            if isObserved { context?.observer?.didEnd(isCommitted: false) }
            throw error
        }
    }

    private func begin(_ options: TransactionOptions, _ context: TransactionContext?) throws {
        guard let script = context?.script, !script.isEmpty else {
            try execute(options.begin)
            return
        }
        do {
            try executeScript(options.begin.sql + script)
        } catch {
            leaveTransaction()
            throw error
        }
    }

    /// Runs `body` inside a savepoint: its changes are undone when it throws, the transaction goes on. Nests.
    @discardableResult
    public func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        let name = "savepoint_\(savepointDepth)"
        try execute("savepoint \(identifier: name)")
        savepointDepth += 1
        defer { savepointDepth -= 1 }
        do {
            let result = try body()
            try execute("release savepoint \(identifier: name)")
            return result
        } catch {
            // Not through `execute`: it must happen even for a task that was cancelled. If it fails, the connection is
            // lost or the transaction aborted as a whole, and the next statement says so.
            PQclear(PQexec(connection, "rollback to savepoint \"\(name)\"; release savepoint \"\(name)\""))
            throw error
        }
    }

    /// Rolls back what a failed or careless closure left open; does nothing outside a transaction.
    func leaveTransaction() {
        guard !isBroken, PQtransactionStatus(connection) != PQTRANS_IDLE else { return }
        PQclear(PQexec(connection, "rollback"))
    }
}
