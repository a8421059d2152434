import CLibpq
import Threads

extension Session {
    /// Runs a query and lends its rows one by one as they come (manual, "Retrieving Query Results Row-by-Row"), so that a result
    /// of any size fits in memory, whatever the size of its rows.
    /// - Parameter body: must not use the session; if it throws, the query is cancelled and the error thrown on.
    public func stream(_ statement: Statement, _ body: (Row) throws -> Void) throws {
        try checkCancellation()
        try runWaiting()
        let sql = statement.sql
        try withCStrings([sql] + statement.parameters) { texts in
            let count = Int32(statement.parameters.count)
            guard PQsendQueryParams(connection, texts[0], count, nil, texts + 1, nil, nil, 0) == 1,
                PQsetSingleRowMode(connection) == 1
            else { throw PostgresError(connection: connection, statement: sql) }
        }
        defer { leaveSingleRowMode() }
        var failure: (any Error)?
        var count = 0
        while let result = PQgetResult(connection) {
            guard PQresultStatus(result) == PGRES_SINGLE_TUPLE else { return try finishStream(result, sql, failure) }
            count += 1
            if count.isMultiple(of: 256) { WorkProgress.report() }
            let row = Rows(ResultOwner(result))[0]
            guard failure == nil else { continue }
            do {
                try body(row)
            } catch {
                failure = error
                canceller.cancelStatement()
            }
        }
    }

    /// libpq leaves it by itself only before a statement that is not sent in a pipeline; this one is none, and goes nowhere.
    private func leaveSingleRowMode() { PQsendQueryParams(connection, nil, 0, nil, nil, nil, nil, 0) }

    /// - Parameter failure: why the query was cancelled, if it was.
    private func finishStream(_ result: OpaquePointer, _ sql: String, _ failure: (any Error)?) throws {
        let status = PQresultStatus(result)
        let end = Result { try check(result, sql) }
        // Behind the last result there is a null pointer; a COPY has no end before the next statement.
        if ![PGRES_COPY_IN, PGRES_COPY_OUT].contains(status) {
            while let rest = PQgetResult(connection) { PQclear(rest) }
        }
        if let failure { throw failure }
        _ = try end.get()
    }
}
