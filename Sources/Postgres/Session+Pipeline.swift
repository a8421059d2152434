import CLibpq

extension Session {
    /// Runs statements as one transaction in one round trip to the server (manual, "Pipeline Mode"): the cheapest way to read a
    /// little under settings made with `set_config(…, true)`. Must stand outside a transaction.
    /// - Returns: the rows of each statement.
    /// - Throws: the error of the first that failed; none of them took effect then.
    public func pipeline(_ statements: [Statement]) throws -> [Rows] { try pipelines([statements])[0].get() }

    /// Runs several transactions in one round trip; each fails alone.
    /// - Returns: for each what `pipeline` returns or throws.
    func pipelines(_ transactions: [[Statement]]) -> [Result<[Rows], any Error>] {
        do {
            try checkCancellation()
            guard PQtransactionStatus(connection) == PQTRANS_IDLE else {
                throw PostgresError(message: "a transaction is open: a pipeline is one by itself", sqlState: "25001")
            }
            let answers = try runPipelines(transactions)
            return zip(transactions, answers).map { statements, answer in
                guard case .failure(let error as PostgresError) = answer, error.isStalePreparation else {
                    return answer
                }
                for statement in statements { preparedNames[statement.sql] = nil }
                return Result { try runPipelines([statements])[0].get() }
            }
        } catch {
            return transactions.map { _ in .failure(error) }
        }
    }

    private func runPipelines(_ transactions: [[Statement]]) throws -> [Result<[Rows], any Error>] {
        // Asked before, because a pipeline answers later.
        let keeps = try transactions.joined().contains { $0.isPrepared } && keepsStatements()
        guard PQenterPipelineMode(connection) == 1 else { throw PostgresError(connection: connection) }
        defer { PQexitPipelineMode(connection) }
        var prepared: [String: String] = [:]
        let expected = try transactions.map { statements in
            let expected = try statements.map { statement in
                let sql = statement.sql
                return (sql: sql, isNew: try send(statement.prepared(statement.isPrepared && keeps), sql, &prepared))
            }
            try require(PQpipelineSync(connection))
            return expected
        }
        return expected.map { expected in
            let answers = collect(expected)
            return Result {
                let rows = try answers.map { Rows(try $0.get()) }
                // Only what succeeded as a whole is there for the next time.
                for (sql, isNew) in expected where isNew { preparedNames[sql] = prepared[sql] }
                return rows
            }
        }
    }

    /// - Returns: whether the statement is prepared on the way, which has an answer of its own.
    private func send(_ statement: Statement, _ sql: String, _ prepared: inout [String: String]) throws -> Bool {
        let count = Int32(statement.parameters.count)
        guard statement.isPrepared else {
            try withCStrings([sql] + statement.parameters) { texts in
                try require(PQsendQueryParams(connection, texts[0], count, nil, texts + 1, nil, nil, 0))
            }
            return false
        }
        let known = preparedNames[sql] ?? prepared[sql]
        let name = known ?? nextPreparedName()
        if known == nil {
            try withCStrings([name, sql]) { try require(PQsendPrepare(connection, $0[0], $0[1], 0, nil)) }
            prepared[sql] = name
        }
        try withCStrings([name] + statement.parameters) { texts in
            try require(PQsendQueryPrepared(connection, texts[0], count, texts + 1, nil, nil, 0))
        }
        return known == nil
    }

    private func require(_ result: Int32) throws {
        guard result == 1 else { throw PostgresError(connection: connection) }
    }

    /// Reads every answer up to the end of the pipeline, also after a failure.
    private func collect(_ expected: [(sql: String, isNew: Bool)]) -> [Result<ResultOwner, any Error>] {
        var failure: (any Error)?
        let answers = expected.map { sql, isNew in
            Result { () throws -> ResultOwner in
                do {
                    if isNew { _ = try answer(to: sql) }
                    return try answer(to: sql)
                } catch {
                    // Those after it only say that they were passed over.
                    failure = failure ?? error
                    throw failure ?? error
                }
            }
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
        return try check(result, sql)
    }
}
