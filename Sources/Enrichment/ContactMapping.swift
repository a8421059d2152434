/// One version of a row of `enrichment.mappings`: which columns of a list hold which fields.
package struct ContactMapping: Equatable, Sendable, Encodable {
    /// Letters, digits, `_`, `-` and `.`, at most 100.
    package var name: String
    /// 1, 2, … of the name.
    package var version: Int
    /// Their columns by our names, as `ContactColumns.checked` takes them.
    package var columns: [String: String]
    /// Who made this version.
    package var createdBy: String
    /// As PostgreSQL writes it in JSON: ISO 8601.
    package var createdAt: String

    /// A version that a list was read with.
    package struct Use: Sendable, Codable, Equatable {
        package var name: String
        package var version: Int
    }
}

extension EnrichmentOptions {
    /// With the columns of a mapping where nothing else is said of a field.
    func reading(with mapping: ContactMapping) -> EnrichmentOptions {
        var options = self
        options.columns = mapping.columns.merging(columns ?? [:]) { $1 }
        return options
    }
}
