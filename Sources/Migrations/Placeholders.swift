/// `${name}` in a file stands for a value that differs between databases, such as the name of a role.
struct Placeholders {
    private let values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    /// - Throws: ``MigrationFileError/unknownPlaceholder(file:name:)``.
    func filled(_ sql: String, fileName: String) throws -> String {
        var text = ""
        var rest = sql[...]
        while let match = rest.firstMatch(of: /\$\{(?<name>[a-z][a-z0-9_]*)\}/) {
            guard let value = values[String(match.name)] else {
                throw MigrationFileError.unknownPlaceholder(file: fileName, name: String(match.name))
            }
            text += rest[..<match.range.lowerBound] + value
            rest = rest[match.range.upperBound...]
        }
        return text + rest
    }
}
