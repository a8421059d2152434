import Text

/// SQL text with bound parameters.
///
/// Interpolated values are bound (`$1`, `$2`, …), never spliced into the text; another statement is spliced with its
/// parameters. Text that is meant as SQL wants a label: `\(raw: …)`, a name `\(identifier: …)`.
public struct Statement: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The text around the parameters: one piece more than there are parameters.
    private var pieces: [String]
    /// Text forms of the parameters; nil is NULL.
    public private(set) var parameters: [String?]
    /// Whether the server keeps it parsed and planned: see `prepared`.
    public private(set) var isPrepared = false

    /// A statement without parameters.
    public init(stringLiteral sql: String) {
        pieces = [sql]
        parameters = []
    }

    /// A statement from an interpolated literal.
    public init(stringInterpolation: Interpolation) {
        self = stringInterpolation.statement
    }

    /// The text, with `$1`, `$2`, … where the parameters belong.
    public var sql: String {
        pieces.dropFirst().enumerated().reduce(into: pieces[0]) { $0 += "$\($1.offset + 1)" + $1.element }
    }

    /// The same, parsed and planned once per connection: for a text that is run often and costs more to plan than to run.
    ///
    /// The server keeps every such text until the connection ends. PgBouncer in transaction mode cannot take it; spliced into
    /// another statement it counts for nothing.
    /// - Parameter isPrepared: false changes nothing.
    public func prepared(_ isPrepared: Bool = true) -> Statement {
        var copy = self
        copy.isPrepared = isPrepared
        return copy
    }

    /// The text; never a value.
    public var description: String { sql }

    /// Appends a statement; its parameters are renumbered.
    public static func += (left: inout Statement, right: Statement) {
        left.append(right.pieces[0])
        left.pieces += right.pieces.dropFirst()
        left.parameters += right.parameters
    }

    private mutating func append(_ text: String) {
        pieces[pieces.count - 1] += text
    }

    private mutating func bind(_ value: String?) {
        parameters.append(value)
        pieces.append("")
    }

    /// Collects text and parameters.
    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var statement = Statement(stringLiteral: "")

        /// Nothing yet.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// SQL text of the source code.
        public mutating func appendLiteral(_ literal: String) {
            statement.append(literal)
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            statement.bind(value?.postgresText)
        }

        /// Splices a statement.
        public mutating func appendInterpolation(_ other: Statement) {
            statement += other
        }

        /// Splices text as SQL: never a value from outside.
        public mutating func appendInterpolation(raw text: String) {
            statement.append(text)
        }

        /// A quoted identifier.
        public mutating func appendInterpolation(identifier name: String) {
            statement.append("\"" + name.escaping(["\"": "\"\""]) + "\"")
        }
    }
}
