/// The approved category that a wrong one most likely stands for: the hint in the message of rule 4.
///
/// Whoever sends a file decides how many different wrong names are in it, so that the work for one file has a bound.
final class CategorySuggestions {
    /// How many different wrong names of a file get a suggestion. Whoever has more has another problem than spelling.
    static let maximumSearches = 1000
    /// A longer value is near no name: these have at most 100 characters, with at most four bytes each, and a lower-case
    /// letter has at most as many bytes again.
    private static let maximumBytes = 800

    private let names: [String]
    /// Made for the first wrong name: most files have none.
    private lazy var index = NearestName(names)
    /// What was found, because the same mistake fills whole files, and because files are read more than once.
    private var found: [[UInt8]: String?] = [:]

    init(_ names: [String]) {
        self.names = names
    }

    /// Nil if no name is near enough, or if the file had too many wrong ones before.
    func suggestion(for value: UnsafeRawBufferPointer) -> String? {
        guard value.count <= Self.maximumBytes else { return nil }
        let key = Array(value)
        if let known = found[key] { return known }
        guard found.count < Self.maximumSearches else { return nil }
        let nearest = index.nearest(to: String(decoding: value, as: UTF8.self))
        found[key] = .some(nearest)
        return nearest
    }
}
