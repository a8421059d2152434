/// SQL text with bound parameters.
///
/// Interpolated values are bound (`$1`, `$2`, …), never spliced into the text; another statement is spliced with its
/// parameters. Text that is meant as SQL wants a label: `\(raw: …)`, a name `\(identifier: …)`.
public struct Statement: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The text, with `$n` where the parameters belong.
    public private(set) var sql: String
    /// Text forms of the parameters; nil is NULL.
    public private(set) var parameters: [String?]

    /// A statement without parameters.
    public init(stringLiteral sql: String) {
        self.sql = sql
        parameters = []
    }

    /// A statement from an interpolated literal.
    public init(stringInterpolation: Interpolation) {
        self = stringInterpolation.statement
    }

    /// The text; never a value.
    public var description: String { sql }

    /// Appends a statement; its parameters are renumbered.
    public static func += (left: inout Statement, right: Statement) {
        left.append(right)
    }

    private init() {
        self.init(stringLiteral: "")
    }

    private mutating func append(_ other: Statement) {
        guard !other.parameters.isEmpty, !parameters.isEmpty else {
            sql += other.sql
            parameters += other.parameters
            return
        }
        // From the highest number down, so that $1 is not found in $10.
        var text = other.sql
        for number in (1...other.parameters.count).reversed() {
            text = text.replacing("$\(number)", with: "$\(number + parameters.count)")
        }
        sql += text
        parameters += other.parameters
    }

    /// Collects text and parameters.
    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var statement = Statement()

        /// Room for the literal text.
        public init(literalCapacity: Int, interpolationCount: Int) {
            statement.sql.reserveCapacity(literalCapacity + 4 * interpolationCount)
        }

        /// SQL text of the source code.
        public mutating func appendLiteral(_ literal: String) {
            statement.sql += literal
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            statement.parameters.append(value?.postgresText)
            statement.sql += "$\(statement.parameters.count)"
        }

        /// Splices a statement.
        public mutating func appendInterpolation(_ other: Statement) {
            statement.append(other)
        }

        /// Splices text as SQL: never a value from outside.
        public mutating func appendInterpolation(raw text: String) {
            statement.sql += text
        }

        /// A quoted identifier.
        public mutating func appendInterpolation(identifier name: String) {
            statement.sql += "\"" + name.replacing("\"", with: "\"\"") + "\""
        }
    }
}
