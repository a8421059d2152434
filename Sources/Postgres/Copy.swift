import CLibpq

extension Session {
    /// Sends rows to the server: `copy … from stdin`. It begins when the first 64 KiB are there: the server does not wait while the few
    /// rows of a small file are made.
    /// - Parameter body: writes the rows; if it throws, the COPY fails and the error is thrown on.
    /// - Returns: rows copied.
    @discardableResult
    public func copyIn(_ statement: Statement, _ body: (CopyWriter) throws -> Void) throws -> Int {
        precondition(statement.parameters.isEmpty, "COPY takes no parameters")
        let writer = CopyWriter(self, statement)
        do {
            try body(writer)
            try writer.flush()
        } catch {
            guard writer.hasBegun else { throw error }
            PQputCopyEnd(connection, "the client gave up")
            let server = finishCopy(statement.sql)
            // If the server went away, its last word explains why the client could not go on.
            if case .failure(let reason as PostgresError) = server, isBroken { throw reason }
            throw error
        }
        guard PQputCopyEnd(connection, nil) == 1 else {
            throw PostgresError(connection: connection, statement: statement.sql)
        }
        return try finishCopy(statement.sql).get().affected
    }

    /// Receives rows from the server: `copy … to stdout`.
    /// - Parameter body: called with each row as the server sends it, valid only during the call; if it throws, the
    ///   query is cancelled and the error thrown on.
    /// - Returns: rows copied.
    @discardableResult
    public func copyOut(_ statement: Statement, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        precondition(statement.parameters.isEmpty, "COPY takes no parameters")
        _ = try perform(statement, copy: PGRES_COPY_OUT)
        var failure: (any Error)?
        var buffer: UnsafeMutablePointer<CChar>?
        while case let count = PQgetCopyData(connection, &buffer, 0), count > 0 {
            defer { PQfreemem(buffer) }
            guard failure == nil else { continue }
            do {
                try body(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
            } catch {
                failure = error
                canceller.cancelStatement()
            }
        }
        let end = finishCopy(statement.sql)
        if let failure { throw failure }
        return try end.get().affected
    }

    /// Reads results until there is none, as libpq wants it after a COPY.
    private func finishCopy(_ sql: String) -> Result<ResultOwner, any Error> {
        var outcome: Result<ResultOwner, any Error> = .failure(PostgresError(connection: connection, statement: sql))
        var isFirst = true
        while let result = PQgetResult(connection) {
            let checked = Result { try check(result, sql) }
            if isFirst { outcome = checked }
            isFirst = false
        }
        return outcome
    }
}
