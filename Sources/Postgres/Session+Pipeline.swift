import CLibpq

extension Session {
    /// Runs statements as one transaction in one round trip to the server (manual, "Pipeline Mode"): the cheapest way to read a
    /// little under settings made with `set_config(…, true)`. Must stand outside a transaction.
    /// - Returns: the rows of each statement.
    /// - Throws: the error of the first that failed; none of them took effect then.
    public func pipeline(_ statements: [Statement]) throws -> [Rows] {
        try checkCancellation()
        guard PQtransactionStatus(connection) == PQTRANS_IDLE else {
            throw PostgresError(message: "a transaction is open: a pipeline is one by itself", sqlState: "25001")
        }
        do {
            return try runPipeline(statements)
        } catch let error as PostgresError where error.isStalePreparation {
            for statement in statements { preparedNames[statement.sql] = nil }
            return try runPipeline(statements)
        }
    }

    private func runPipeline(_ statements: [Statement]) throws -> [Rows] {
        guard PQenterPipelineMode(connection) == 1 else { throw PostgresError(connection: connection) }
        defer { PQexitPipelineMode(connection) }
        var prepared: [String: String] = [:]
        let expected = try statements.map { statement in
            let sql = statement.sql
            return (sql: sql, isNew: try send(statement, sql, &prepared))
        }
        guard PQpipelineSync(connection) == 1 else { throw PostgresError(connection: connection) }
        let answers = collect(expected)
        // Only what succeeded as a whole is there for the next time.
        let rows = try answers.map { Rows(try $0.get()) }
        preparedNames.merge(prepared) { $1 }
        return rows
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
