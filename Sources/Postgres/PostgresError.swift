import CLibpq

/// What the server or libpq reported. Two renderings: `description` is safe to show anyone, `debugDescription` is for
/// operators; neither holds row values (DETAIL is kept out of both).
public struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Five characters (manual, appendix A); nil if libpq itself failed, as when the connection is lost.
    public var sqlState: String?
    public var severity: String?
    /// The primary message. In class 22 it quotes the input: shown to nobody by the renderings.
    public var message: String
    public var detail: String?
    public var hint: String?
    /// 1-based position in the statement, in characters.
    public var position: Int?
    public var schema: String?
    public var table: String?
    public var column: String?
    public var constraint: String?
    /// Where a function or COPY was; may quote values.
    public var context: String?
    /// The text of the statement, with `$n` for its parameters.
    public var statement: String?
    /// The connection cannot be used any more.
    public var isConnectionLost = false

    /// A unique constraint refused a row.
    public var isUniqueViolation: Bool { sqlState == "23505" }
    /// This transaction was chosen to end a deadlock.
    public var isDeadlock: Bool { sqlState == "40P01" }
    /// The query was cancelled: by its task, by an operator or by `statement_timeout`.
    public var isCancelled: Bool { sqlState == "57014" }
    /// The server went away, is starting or stopping, or was never reached.
    public var isConnectionLoss: Bool {
        isConnectionLost || sqlState?.hasPrefix("08") == true || ["57P01", "57P02", "57P03"].contains(sqlState)
    }

    /// The server only reads: a standby, a primary of before a failover, or one whose writes an operator has frozen. At `begin` a standby
    /// says that it lacks a feature.
    public var isReadOnlyServer: Bool {
        sqlState == "25006" || (sqlState == "0A000" && statement?.hasPrefix("begin ") == true)
    }

    /// The state the server is in made it fail, not what was asked: the same may succeed later. Lost connections, lack of resources,
    /// shutdowns, input/output, a server that only reads, and the loser of a conflict between transactions (manual, appendix A).
    public var isTransient: Bool {
        if isConnectionLoss || isReadOnlyServer { return true }
        return ["40", "53", "57", "58"].contains { sqlState?.hasPrefix($0) == true }
    }

    /// A value that was given is to blame: it will fail again (classes 22 and 54).
    public var isDataError: Bool { ["22", "54"].contains { sqlState?.hasPrefix($0) == true } }

    public var description: String {
        var text = safeMessage
        if let constraint { text += ", constraint \(constraint)" }
        if let table { text += " of table \(schema.map { $0 + "." } ?? "")\(table)" }
        if let column { text += ", column \(column)" }
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        return text
    }

    public var debugDescription: String {
        [
            description, hint.map { "hint: \($0)" }, position.map { "at character \($0)" }, copyContext,
            statement.map { "statement: \($0)" },
        ].compactMap(\.self).joined(separator: "\n")
    }

    /// Table, line and column of a COPY. What follows them in the context is the value, and other contexts may hold one anywhere.
    private var copyContext: String? {
        guard let line = context?.split(separator: "\n").first, line.hasPrefix("COPY ") else { return nil }
        return "at \(line.firstRange(of: ": \"").map { line[..<$0.lowerBound] } ?? line)"
    }

    /// Data exceptions quote the offending value in their primary message.
    private var safeMessage: String {
        guard let sqlState, sqlState.hasPrefix("22") else { return message }
        return switch sqlState {
        case "22001": "a text is too long for its column"
        case "22003": "a number is out of range"
        case "22007", "22008": "a date or time is not valid"
        case "22021": "a text is not valid in the database's encoding"
        case "22P02": "a value cannot be read as its type"
        case "22P04": "the rows of a COPY are malformed"
        default: "a value is not valid"
        }
    }
}

extension PostgresError {
    /// From a failed result.
    init(_ result: ResultOwner, connection: OpaquePointer, statement: String?) {
        // The letters of PG_DIAG_*: character constants that Swift does not import.
        func field(_ code: Character) -> String? {
            PQresultErrorField(result.pointer, Int32(code.asciiValue!)).map { String(cString: $0) }
        }
        sqlState = field("C")
        severity = field("V")
        message = field("M") ?? Self.trimmed(PQresultErrorMessage(result.pointer))
        detail = field("D")
        hint = field("H")
        position = field("P").flatMap { Int($0) }
        schema = field("s")
        table = field("t")
        column = field("c")
        constraint = field("n")
        context = field("W")
        self.statement = statement
        isConnectionLost = PQstatus(connection) != CONNECTION_OK
    }

    /// From the connection itself.
    init(connection: OpaquePointer, statement: String? = nil) {
        message = Self.trimmed(PQerrorMessage(connection))
        self.statement = statement
        isConnectionLost = PQstatus(connection) != CONNECTION_OK
    }

    /// Refused on this side, before the server was asked.
    init(message: String, sqlState: String? = nil, isConnectionLost: Bool = false) {
        self.message = message
        self.sqlState = sqlState
        self.isConnectionLost = isConnectionLost
    }

    private static func trimmed(_ text: UnsafePointer<CChar>?) -> String {
        let text = text.map { String(cString: $0) } ?? ""
        // libpq indents the lines that explain one.
        return text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: ": ")
    }
}
