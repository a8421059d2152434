/// The active categories: what rule 4 allows.
package final class CategoryWhitelist {
    private let names: TextSet
    private let suggestions: CategorySuggestions

    /// - Parameter names: the active categories.
    package init(_ names: [String]) {
        self.names = TextSet(names)
        suggestions = CategorySuggestions(names)
    }

    /// Whether the value is an active category, compared exactly.
    package func contains(_ value: UnsafeRawBufferPointer) -> Bool { names.contains(value) }

    /// The category most likely meant, if one is near enough; only for so many different values.
    package func suggestion(for value: UnsafeRawBufferPointer) -> String? {
        suggestions.suggestion(for: value)
    }
}
