package import Postgres

/// The fields of a JSON object: what a statement selects, how it is written, and what the OpenAPI document says of it.
///
/// The one place where an answer is described: `columns` are spliced into the statement, `JSONWriter.row` writes its rows, and
/// the document shows the same fields.
struct Shape: Sendable {
    struct Field: Sendable {
        enum Kind: Sendable {
            case text, integer, decimal, boolean
            /// RFC 3339, UTC, with milliseconds.
            case timestamp
            /// JSON as PostgreSQL gives it, of a schema in the document's words.
            case json(schema: String)
            case choice([String])
        }

        var name: String
        var kind: Kind
        var isNullable: Bool
        /// SQL of the value.
        var expression: String
        var summary: String
    }

    /// A field of a JSON object, prepared to be written often.
    struct Member: Sendable {
        enum Form: Sendable { case quoted, bare, boolean }

        /// Where its name is in `keys`.
        let key: Range<Int>
        let form: Form

        init(_ field: Field, key: Range<Int>) {
            self.key = key
            form =
                switch field.kind {
                case .text, .timestamp, .choice: .quoted
                case .integer, .decimal, .json: .bare
                case .boolean: .boolean
                }
        }
    }

    /// Name of the schema in the document.
    let name: String
    let fields: [Field]
    /// The fields as `JSONWriter` writes them, and their names in quotation marks, one behind the other: a row that goes through them
    /// counts no references.
    let members: [Member]
    let keys: [UInt8]
    /// The select list, in the order of the fields.
    let columns: Statement

    init(name: String, fields: [Field]) {
        self.name = name
        self.fields = fields
        var (members, keys): ([Member], [UInt8]) = ([], [])
        for field in fields {
            let start = keys.count
            keys += "\"\(field.name)\"".utf8
            members.append(Member(field, key: start..<keys.count))
        }
        (self.members, self.keys) = (members, keys)
        columns = "\(raw: fields.map(\.selected).joined(separator: ", "))"
    }
}

extension Statement {
    /// The condition that all hold; nil stands for one that was not asked for.
    ///
    /// What is not asked for is not in the text, so that the server can keep one good plan for each combination: a condition such as
    /// `$1 is null or …` would have to be planned anew each time to use an index.
    package static func all(_ conditions: Statement?...) -> Statement {
        conditions.compactMap(\.self).reduce("true") { "\($0) and \($1)" }
    }

    /// Of a page: one row more than is shown tells whether there is a next one. A number in the text, because a plan for any number
    /// of rows is a bad one for few.
    package static func limit(_ count: Int) -> Statement { "limit \(raw: String(count))" }
}

extension Shape.Field {
    /// - Parameter column: SQL of the value; nil makes `vendor_id` of `vendorId`.
    init(_ name: String, _ kind: Kind, _ summary: String, column: String? = nil, nullable: Bool = false) {
        self.init(
            name: name, kind: kind, isNullable: nullable, expression: column ?? Self.column(of: name), summary: summary)
    }

    fileprivate var selected: String {
        switch kind {
        case .timestamp: Statement.timestamp("\(raw: expression)").sql
        case .json: "\(expression)::text"
        default: expression
        }
    }

    private static func column(of name: String) -> String {
        name.reduce(into: "") { column, character in
            if character.isUppercase { column += "_" }
            column += character.lowercased()
        }
    }
}
