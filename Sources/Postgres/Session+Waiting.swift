import CLibpq

/// A statement of a transaction that is sent with the next one.
struct WaitingStatement {
    let message: Message
    /// Of the savepoint it belongs to.
    var depth = 0
    /// Whether the transaction must not commit before `take` has seen the answer.
    var isChecked = false
    var take: (Rows) throws -> Void = { _ in }
}

/// What a statement that waited ended with.
struct WaitingFailure {
    let error: any Error
    /// Of the savepoint it belongs to, which undoes it.
    let depth: Int
}

/// Statements of a transaction that cost no round trip, because nothing that follows depends on their answers.
extension Session {
    /// Runs a statement together with the next one, at the latest with the commit; outside a transaction at once.
    ///
    /// If it fails, so does the transaction, with its error: that is thrown where it is sent, and by everything the transaction still tries.
    /// What is done meanwhile elsewhere, such as in a store, must not rely on it.
    public func executeLater(_ statement: Statement) throws { try later(statement, isChecked: false) { _ in } }

    /// The same with a look at the answer, before the transaction commits: what `check` throws, the transaction fails with.
    public func executeLater(_ statement: Statement, check: @escaping (Rows) throws -> Void) throws {
        try later(statement, isChecked: true, check)
    }

    /// The same for an answer that decides nothing: it may come together with that of the commit.
    public func queryLater(_ statement: Statement, _ body: @escaping (Rows) -> Void) throws {
        try later(statement, isChecked: false, body)
    }

    private func later(_ statement: Statement, isChecked: Bool, _ take: @escaping (Rows) throws -> Void) throws {
        guard isInTransaction else { return try take(query(statement)) }
        try checkCancellation()
        if let waitingFailure { throw waitingFailure.error }
        waiting.append(
            WaitingStatement(
                message: try Message(statement), depth: savepointDepth, isChecked: isChecked, take: take))
    }

    /// Whether something is to be sent, or was and failed.
    var isWaiting: Bool { !beginning.isEmpty || !waiting.isEmpty || waitingFailure != nil }

    /// Runs what waits, now.
    public func runWaiting() throws { if isWaiting { _ = try runWaiting(and: []) } }

    /// Runs what waits, and other statements behind it, in one round trip.
    /// - Returns: the answers to the others.
    /// - Throws: what the first of those that waited failed with.
    func runWaiting(and others: [Statement]) throws -> [Result<ResultOwner, any Error>] {
        if let waitingFailure { throw waitingFailure.error }
        let others = try others.map(Message.init)
        let sent = beginning.map { WaitingStatement(message: $0) } + waiting
        (beginning, waiting) = ([], [])
        var depth = 0
        do {
            let answers = try exchange([sent.map(\.message) + others])[0]
            for (statement, answer) in zip(sent, answers) {
                depth = statement.depth
                try statement.take(Rows(answer.get()))
            }
            return Array(answers.dropFirst(sent.count))
        } catch {
            waitingFailure = WaitingFailure(error: error, depth: depth)
            throw error
        }
    }
}
