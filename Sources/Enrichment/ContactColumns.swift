/// Which column holds which field, as people say it.
package enum ContactColumns {
    /// - Parameter pairs: our field and their column.
    /// - Throws: `EnrichmentFailure` for a field that is none of ours.
    package static func checked(_ pairs: [String: String]) throws -> [String: String] {
        for name in pairs.keys.sorted() where ContactField(rawValue: name) == nil {
            let known = ContactField.allCases.map(\.rawValue).joined(separator: ", ")
            throw EnrichmentFailure("Unknown field '\(name)': expected some of \(known).")
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
        return try checked(Dictionary(pairs, uniquingKeysWith: { $1 }))
    }
}
