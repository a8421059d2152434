import CLibpq

extension Session {
    /// Sends rows to the server: `copy … from stdin`.
    /// - Parameter body: writes the rows; if it throws, the COPY fails and the error is thrown on.
    /// - Returns: rows copied.
    public func copyIn(_ statement: Statement, _ body: (CopyWriter) throws -> Void) throws -> Int {
        precondition(statement.parameters.isEmpty, "COPY takes no parameters")
        let begun = try perform(statement)
        guard begun.status == PGRES_COPY_IN else {
            throw PostgresError(message: "the statement is no COPY FROM STDIN: \(statement.sql)")
        }
        let writer = CopyWriter(connection)
        do {
            try body(writer)
            try writer.flush()
        } catch {
            PQputCopyEnd(connection, "the client gave up")
            let server = finishCopy(statement.sql)
            // If the server ended the COPY, its reason explains why the client could not go on.
            if case .failure(let reason as PostgresError) = server, error is PostgresError { throw reason }
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
    public func copyOut(_ statement: Statement, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        precondition(statement.parameters.isEmpty, "COPY takes no parameters")
        let begun = try perform(statement)
        guard begun.status == PGRES_COPY_OUT else {
            throw PostgresError(message: "the statement is no COPY TO STDOUT: \(statement.sql)")
        }
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

/// Writes the rows of a text-format COPY (manual, COPY, "Text Format"), 64 KiB at a time.
public final class CopyWriter {
    private static let capacity = 1 << 16
    private let connection: OpaquePointer
    private var buffer: [UInt8] = []
    private var isFirstField = true

    init(_ connection: OpaquePointer) {
        self.connection = connection
        buffer.reserveCapacity(Self.capacity + 4096)
    }

    /// A value; must be valid UTF-8 without NUL.
    public func field(_ value: UnsafeRawBufferPointer) {
        separate()
        // Nearly no value holds a byte to escape: those are appended whole.
        if value.contains(where: Self.needsEscape) {
            for byte in value { escape(byte) }
        } else {
            buffer.append(contentsOf: value)
        }
    }

    /// A text without NUL.
    public func field(_ value: String) {
        var value = value
        value.withUTF8 { field(UnsafeRawBufferPointer($0)) }
    }

    /// A whole number.
    public func field(_ value: Int) {
        separate()
        var digits = value.magnitude
        let start = buffer.count
        repeat {
            buffer.append(UInt8(ascii: "0") + UInt8(digits % 10))
            digits /= 10
        } while digits > 0
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        buffer[start...].reverse()
    }

    /// NULL.
    public func null() {
        separate()
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(UInt8(ascii: "N"))
    }

    /// Ends the row.
    /// - Throws: `PostgresError` when the connection is lost, `CancellationError` never: see `ProgressMeter` for loops.
    public func endRow() throws {
        buffer.append(UInt8(ascii: "\n"))
        isFirstField = true
        if buffer.count >= Self.capacity { try flush() }
    }

    /// Bytes as they are, of whole rows in the format of the COPY.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.capacity { try flush() }
    }

    func flush() throws {
        guard !buffer.isEmpty else { return }
        let status = buffer.withUnsafeBytes { bytes in
            PQputCopyData(connection, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
        }
        guard status == 1 else { throw PostgresError(connection: connection) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func separate() {
        if !isFirstField { buffer.append(UInt8(ascii: "\t")) }
        isFirstField = false
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || (byte <= 0x0D && (0x08...0x0D).contains(byte))
    }

    private func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        case UInt8(ascii: "\\"): append(UInt8(ascii: "\\"))
        default: buffer.append(byte)
        }
    }

    private func append(_ escaped: UInt8) {
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(escaped)
    }
}
