import Catalog

/// What a mapping keeps of the columns that are not ours: `"attributes"` of its file.
enum MappedAttributes: Sendable, Decodable {
    /// Nothing, whatever the vendor does with its other files.
    case none
    /// Every column that the mapping takes nothing from, under its name.
    case all
    /// These, by their names.
    case listed([(name: String, source: ColumnMapping.Source)])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Each form is tried in turn; what is wrong within the last one is told.
        if let keeps = try? container.decode(Bool.self) {  // else it is a list or an object
            self = keeps ? .all : .none
        } else if let columns = try? container.decode([String].self) {  // else it is an object
            self = .listed(columns.map { (AttributeName.of(column: $0).name, .init(from: [$0])) })
        } else {
            do {
                let sources = try [String: ColumnMapping.Source](from: decoder)
                self = .listed(
                    sources.sorted { $0.key < $1.key }.map { (AttributeName.of(column: $0.key).name, $0.value) })
            } catch DecodingError.typeMismatch(_, let context)
                where context.codingPath.count == decoder.codingPath.count
            {
                throw ColumnMappingError(
                    reason: "attributes must be true, false, a list of columns, or an object of names and their sources"
                )
            }
        }
    }

    /// - Throws: `ColumnMappingError`.
    func validate() throws {
        guard case .listed(let sources) = self else { return }
        var names: Set<String> = []
        for (name, source) in sources {
            guard (1...AttributeName.longest).contains(name.unicodeScalars.count) else {
                throw ColumnMappingError(
                    reason: "the name of an attribute must have 1 to \(AttributeName.longest) characters: '\(name)'")
            }
            guard names.insert(name).inserted else {
                throw ColumnMappingError(reason: "attribute '\(name)' occurs twice")
            }
            try source.validate("attributes.\(name)")
            guard source.number != "auto" else {
                throw ColumnMappingError(
                    reason:
                        "number of 'attributes.\(name)' must be the decimal mark: only our own numbers are found from the file"
                )
            }
        }
    }
}
