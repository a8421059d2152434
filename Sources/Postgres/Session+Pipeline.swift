import CLibpq

extension Session {
    /// Runs statements in one round trip to the server (manual, "Pipeline Mode"). Outside a transaction they are one: the cheapest way to
    /// read a little under settings made with `set_config(…, true)`.
    /// - Returns: the rows of each statement.
    /// - Throws: the error of the first that failed; none of them took effect then.
    public func pipeline(_ statements: [Statement]) throws -> [Rows] {
        guard isInTransaction else { return try pipelines([statements])[0].get() }
        try checkCancellation()
        return try runWaiting(and: statements).map { Rows(try $0.get()) }
    }

    /// Runs several transactions in one round trip; each fails alone.
    /// - Returns: for each what `pipeline` returns or throws.
    func pipelines(_ transactions: [[Statement]]) -> [Result<[Rows], any Error>] {
        do {
            try checkCancellation()
            let transactions = try transactions.map { try $0.map(Message.init) }
            return zip(transactions, try exchange(transactions)).map { messages, answers in
                let answer = Result { try answers.map { Rows(try $0.get()) } }
                guard case .failure(let error as PostgresError) = answer, error.isStalePreparation else {
                    return answer
                }
                return Result { try exchange([messages])[0].map { Rows(try $0.get()) } }
            }
        } catch {
            return transactions.map { _ in .failure(error) }
        }
    }

    /// Sends messages and reads their answers, all in one round trip. The first of a list that fails makes those behind it fail with its error;
    /// lists do not know of each other.
    func exchange(_ lists: [[Message]]) throws -> [[Result<ResultOwner, any Error>]] {
        // Asked before, because a pipeline answers later.
        let keeps = try lists.joined().contains { $0.isPrepared } && keepsStatements()
        guard PQenterPipelineMode(connection) == 1 else { throw PostgresError(connection: connection) }
        defer { PQexitPipelineMode(connection) }
        var names: [String: String] = [:]
        let expected = try lists.map { list in
            let expected = try list.map { try send($0, isPrepared: $0.isPrepared && keeps, &names) }
            try require(PQpipelineSync(connection))
            return expected
        }
        return expected.map(collect)
    }

    private struct Expected {
        var sql: String
        /// Of the statement that is prepared on the way, which has an answer of its own.
        var newName: String?
    }

    /// - Parameter names: those that are new in this exchange.
    private func send(_ message: Message, isPrepared: Bool, _ names: inout [String: String]) throws -> Expected {
        let (sql, count) = (message.sql, Int32(message.count))
        guard isPrepared else {
            try message.texts.lend {
                try require(PQsendQueryParams(connection, $0[0], count, nil, $0 + 1, nil, nil, 0))
            }
            return Expected(sql: sql)
        }
        let known = preparedNames[sql] ?? names[sql]
        let name = known ?? nextPreparedName()
        try message.texts.lend {
            if known == nil { try require(PQsendPrepare(connection, name, $0[0], 0, nil)) }
            try require(PQsendQueryPrepared(connection, name, count, $0 + 1, nil, nil, 0))
        }
        names[sql] = name
        return Expected(sql: sql, newName: known == nil ? name : nil)
    }

    private func require(_ result: Int32) throws {
        guard result == 1 else { throw PostgresError(connection: connection) }
    }

    /// Reads every answer up to the end of the list, also after a failure.
    private func collect(_ expected: [Expected]) -> [Result<ResultOwner, any Error>] {
        var failure: (any Error)?
        let answers = expected.map { expected in
            // Both are read, whatever the first one says.
            let preparation = expected.newName.map { name in (name, Result { try answer(to: expected.sql) }) }
            let outcome = Result { try answer(to: expected.sql) }
            return Result { () throws -> ResultOwner in
                do {
                    if let (name, preparation) = preparation {
                        _ = try preparation.get()
                        preparedNames[expected.sql] = name
                    }
                    return try outcome.get()
                } catch {
                    // Those after it only say that they were passed over.
                    failure = failure ?? error
                    throw failure ?? error
                }
            }
        }
        if (failure as? PostgresError)?.isStalePreparation == true {
            for expected in expected { preparedNames[expected.sql] = nil }
        }
        // The answer to the sync; after a lost connection there is none.
        while let result = PQgetResult(connection) {
            let status = PQresultStatus(result)
            PQclear(result)
            if status == PGRES_PIPELINE_SYNC { break }
        }
        return answers
    }

    /// One answer and the null pointer behind it.
    private func answer(to sql: String) throws -> ResultOwner {
        let result = PQgetResult(connection)
        defer { if result != nil { while let rest = PQgetResult(connection) { PQclear(rest) } } }
        endCopy(PQresultStatus(result))
        return try check(result, sql)
    }

    /// A COPY, which `check` refuses, would go on for ever: here no next statement ends it.
    private func endCopy(_ status: ExecStatusType) {
        if status == PGRES_COPY_IN { PQputCopyEnd(connection, "nobody sends rows") }
        guard status == PGRES_COPY_OUT else { return }
        var row: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(connection, &row, 0) > 0 { PQfreemem(row) }
    }
}

/// A statement as it is sent.
struct Message {
    let sql: String
    let isPrepared: Bool
    /// Of the parameters.
    let count: Int
    /// The text and the parameters.
    let texts: CStringArray

    /// - Throws: `PostgresError` if a text holds a NUL character.
    init(_ statement: Statement) throws {
        sql = statement.sql
        isPrepared = statement.isPrepared
        count = statement.parameters.count
        texts = try CStringArray([sql] + statement.parameters)
    }
}
