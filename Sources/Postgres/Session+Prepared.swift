import CLibpq

extension Session {
    /// Runs a statement the server keeps parsed and planned under a name; prepares it if this connection does not have it yet.
    ///
    /// What was forgotten on the server's side (`discard all`) or has another result by now (a migration) is prepared anew,
    /// unless a transaction is open: that one is lost by the error.
    func performPrepared(_ statement: Statement) throws -> ResultOwner {
        let sql = statement.sql
        do {
            return try executePrepared(preparedName(sql), sql, statement.parameters)
        } catch let error as PostgresError where error.isStalePreparation {
            preparedNames[sql] = nil
            guard PQtransactionStatus(connection) == PQTRANS_IDLE else { throw error }
            return try executePrepared(preparedName(sql), sql, statement.parameters)
        }
    }

    /// Makes every text be prepared, and so planned, anew when it comes next: the table may have grown since.
    public func forgetPrepared() throws {
        guard !preparedNames.isEmpty else { return }
        preparedNames = [:]
        try execute("deallocate all")
    }

    private func executePrepared(_ name: String, _ sql: String, _ parameters: [String?]) throws -> ResultOwner {
        let result = try withCStrings([name] + parameters) { texts in
            PQexecPrepared(connection, texts[0], Int32(parameters.count), texts + 1, nil, nil, 0)
        }
        return try check(result, sql)
    }

    private func preparedName(_ sql: String) throws -> String {
        if let name = preparedNames[sql] { return name }
        let name = nextPreparedName()
        let result = try withCStrings([name, sql]) { PQprepare(connection, $0[0], $0[1], 0, nil) }
        _ = try check(result, sql)
        preparedNames[sql] = name
        return name
    }

    /// Never used again, also after a failure.
    func nextPreparedName() -> String {
        preparedCount += 1
        return "statement_\(preparedCount)"
    }
}

extension PostgresError {
    /// There is no such prepared statement, or its result would have other columns than when it was prepared.
    var isStalePreparation: Bool {
        sqlState == "26000" || (sqlState == "0A000" && message.contains("cached plan"))
    }
}
