import CLibpq

extension Session {
    /// Runs `body` as one transaction: committed when it returns, rolled back when it throws. It begins at the server with its first statement.
    /// - Throws: what `body` throws; `PostgresError` if a transaction is open already, or if the commit fails: also when
    ///   `body` went on after a failed statement, because the server then rolls back what it is asked to commit.
    @discardableResult
    public func transaction<Result>(
        _ options: TransactionOptions = .init(), _ body: () throws -> Result
    ) throws -> Result {
        let status = PQtransactionStatus(connection)
        guard beginning.isEmpty, status != PQTRANS_INTRANS, status != PQTRANS_INERROR else {
            throw PostgresError(message: "a transaction is open already: use savepoint inside it", sqlState: "25001")
        }
        notices = []
        onlyReads = options.isReadOnly
        defer { onlyReads = false }
        let context = options.isReadOnly ? nil : TransactionContext.current
        beginning = try opening(options, context).map(Message.init)
        var isObserved = false
        do {
            let result = try body()
            isObserved = try context?.observer?.willCommit(self) ?? false
            try commit()
            if isObserved { context?.observer?.didEnd(isCommitted: true) }
            return result
        } catch {
            leaveTransaction()
            if isObserved { context?.observer?.didEnd(isCommitted: false) }
            throw error
        }
    }

    /// What begins a transaction. A connection that has prepared nothing yet is not asked whether it could.
    private func opening(_ options: TransactionOptions, _ context: TransactionContext?) -> [Statement] {
        guard let settings = context?.statement else { return [options.begin] }
        return [options.begin, settings.prepared(keepsStatementsAnswer == true)]
    }

    /// Commits together with what waits, and tells listeners in the same round trip.
    private func commit() throws {
        if waiting.contains(where: \.isChecked) { try runWaiting() }
        if !beginning.isEmpty, waiting.isEmpty {
            // Nothing was sent: there is nothing to commit.
            beginning = []
            return deliverNotices()
        }
        try checkCancellation()
        // Behind a commit that fails a notice is passed over, but not behind one that is answered by a rollback.
        let tells = !notices.isEmpty && PQtransactionStatus(connection) != PQTRANS_INERROR && announcer?.isDue() ?? true
        let answers = try runWaiting(and: ["commit"] + (tells ? [Notice.send(notices).prepared()] : []))
        guard try answers[0].get().command == "COMMIT" else {
            throw PostgresError(
                message:
                    "the transaction was rolled back, because a statement had failed in it: use savepoint around it",
                sqlState: "25P02")
        }
        // What it did is done: it does not fail for a notice, as when its task was cancelled after the commit.
        if tells, case .success? = answers.last { notices = [] }
        announcer?.keep(notices)
        notices = []
    }

    /// Runs `body` inside a savepoint: its changes are undone when it throws, the transaction goes on. Nests.
    @discardableResult
    public func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        let name = "savepoint_\(savepointDepth)"
        let begin: Statement = "savepoint \(identifier: name)"
        try executeLater(begin)
        savepointDepth += 1
        defer { savepointDepth -= 1 }
        do {
            let result = try body()
            try release(name, begun: begin.sql)
            return result
        } catch {
            undo(name, begun: begin.sql)
            throw error
        }
    }

    /// What waits belongs to the savepoint, which has to undo it if it fails, and so does a failure that `body` kept to itself.
    private func release(_ name: String, begun: String) throws {
        if waiting.last?.message.sql == begun {
            waiting.removeLast()
        } else if waiting.isEmpty, PQtransactionStatus(connection) == PQTRANS_INTRANS {
            waiting.append(
                WaitingStatement(
                    message: try Message("release savepoint \(identifier: name)"), depth: savepointDepth - 1))
        } else {
            try execute("release savepoint \(identifier: name)")
        }
    }

    private func undo(_ name: String, begun: String) {
        if let place = waiting.firstIndex(where: { $0.message.sql == begun }) {
            waiting.removeSubrange(place...)
        } else {
            waiting = []
            // Not through `execute`: it must happen even for a task that was cancelled. If it fails, the connection is
            // lost or the transaction aborted as a whole, and the next statement says so.
            PQclear(PQexec(connection, "rollback to savepoint \"\(name)\"; release savepoint \"\(name)\""))
        }
        if let failure = waitingFailure, failure.depth >= savepointDepth { waitingFailure = nil }
    }

    /// Rolls back what a failed or careless closure left open; does nothing outside a transaction.
    func leaveTransaction() {
        (beginning, waiting, waitingFailure) = ([], [], nil)
        guard !isBroken, PQtransactionStatus(connection) != PQTRANS_IDLE else { return }
        PQclear(PQexec(connection, "rollback"))
    }
}
