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

    @Test("The edit distance counts insertions, deletions and substitutions")
    func distance() {
        func distance(_ a: String, _ b: String) -> Int {
            EditDistance.levenshtein(Array(a.unicodeScalars), Array(b.unicodeScalars))
        }
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("", "abc") == 3)
        #expect(distance("abc", "abc") == 0)
        #expect(distance("flaw", "lawn") == 2)
    }
}
