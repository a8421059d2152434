import Testing

@testable import Catalog

@Suite struct CategoryWhitelistTests {
    private let whitelist = CategoryWhitelist(["Electronics", "Home & Garden", "Gadgets", "Größe", "Toys"])

    private func contains(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { whitelist.contains(UnsafeRawBufferPointer($0)) }
    }

    private func suggestion(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { whitelist.suggestion(for: UnsafeRawBufferPointer($0)) }
    }

    @Test("Only an exact name is approved, case included")
    func exact() {
        #expect(contains("Gadgets") && contains("Home & Garden") && contains("Größe"))
        #expect(!contains("gadgets") && !contains("Gadget") && !contains("") && !contains("Gadgets "))
    }

    @Test("Every name of a large whitelist is found and no other")
    func large() {
        let names = (0..<2000).map { "Category \($0 * 7)" }
        let large = CategoryWhitelist(names)
        for number in 0..<14_000 {
            var name = "Category \(number)"
            let isKnown = name.withUTF8 { large.contains(UnsafeRawBufferPointer($0)) }
            #expect(isKnown == (number % 7 == 0))
        }
    }

    @Test(
        "A misspelling suggests the nearest name, nonsense none",
        arguments: [
            ("Gadets", "Gadgets"), ("ELECTRONICS", "Electronics"), ("Elektronics", "Electronics"), ("Groesse", nil),
            ("Tois", "Toys"), ("Furniture", nil), ("größe", "Größe"),
        ] as [(String, String?)])
    func suggestions(text: String, expected: String?) {
        #expect(suggestion(text) == expected)
        #expect(suggestion(text) == expected, "remembered")
    }

    @Test("Only so many different wrong names of a file get a suggestion; those that have one keep it")
    func boundedSearches() {
        let names = (0..<CategorySuggestions.maximumSearches).map { "Gadgetz\($0 % 10)\($0)" }
        let wide = CategoryWhitelist(names.map { $0.replacing("z", with: "s") })
        func suggestion(_ text: String) -> String? {
            var text = text
            return text.withUTF8 { wide.suggestion(for: UnsafeRawBufferPointer($0)) }
        }
        #expect(names.allSatisfy { suggestion($0) != nil })
        #expect(suggestion("Gadgetx00") == nil, "one too many")
        #expect(suggestion(names[7]) == "Gadgets77", "known already")
    }
}
