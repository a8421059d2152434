/// Which column holds which field, as people say it.
package enum ContactColumns {
    /// - Parameter pairs: our field and their column.
    /// - Throws: `EnrichmentFailure` for a field that is none of ours, and for a column without a name.
    package static func checked(_ pairs: [String: String]) throws -> [String: String] {
        for name in pairs.keys.sorted() where ContactField(rawValue: name) == nil {
            let known = ContactField.allCases.map(\.rawValue).joined(separator: ", ")
            throw EnrichmentFailure("Unknown field '\(name)': expected some of \(known).")
        }
        if let nameless = pairs.filter({ $0.value.isEmpty }).keys.min() {
            throw EnrichmentFailure("The column of '\(nameless)' has no name: expected one such as E-Mail-Adresse.")
        }
        return pairs
    }

    /// Of `FIELD=COLUMN`.
    package static func parsed(_ texts: [String]) throws -> [String: String] {
        let pairs = try texts.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw EnrichmentFailure(
                    "'\(text)' names no column: expected FIELD=COLUMN, such as email=E-Mail-Adresse.")
            }
            return (parts[0], parts[1])
        }
        let columns = Dictionary(grouping: pairs) { $0.0 }
        if let twice = columns.filter({ $0.value.count > 1 }).keys.min() {
            throw EnrichmentFailure("'\(twice)' is given twice: a field has one column.")
        }
        return try checked(columns.mapValues { $0[0].1 })
    }
}
