/// What became of the records of a request, as `enrichment_status` of its result says.
package struct RecordCounts: Sendable, Codable, Equatable {
    package var matched = 0
    package var noMatch = 0
    package var notAsked = 0
    package var failed = 0

    package init() {}

    /// - Parameter status: as it stands in a result.
    mutating func count(_ status: String?) {
        switch status {
        case "matched": matched += 1
        case "no_match": noMatch += 1
        case "not_asked": notAsked += 1
        default: failed += 1
        }
    }

    /// Said of a request that is completed, and whose result has nothing new all the same; nil if something was found.
    package var emptiness: String? {
        matched > 0 ? nil : words.isEmpty ? "Nothing was found." : "Nothing was found: \(words)."
    }

    /// Those that are not 0.
    package var words: String {
        [(matched, "matched"), (noMatch, "without a match"), (failed, "failed"), (notAsked, "not asked")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
