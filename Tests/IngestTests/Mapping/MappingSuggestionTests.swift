import Catalog
import Foundation
import Testing

@testable import Ingest

/// What is proposed for exports of other systems.
@Suite struct MappingSuggestionTests {
    private static func suggest(_ header: ForeignHeader) -> MappingSuggestion {
        MappingSuggestion(columns: header.columns, values: header.row.map { [$0] })
    }

    @Test("What a person need not look at is right", arguments: ForeignHeader.all)
    func sureIsRight(header: ForeignHeader) {
        #expect(header.columns.count == header.row.count)
        for guess in Self.suggest(header).guesses where guess.isSure {
            let expected = header.expected[guess.field.column]
            #expect(expected == guess.columns[0], "\(guess.field.column): \(guess.columns) \(guess.why)")
        }
    }

    @Test("Four of five columns that can be mapped are found in the headers of forty systems")
    func mostAreFound() {
        var (found, all) = (0, 0)
        var lost: [String] = []
        for header in ForeignHeader.all {
            let guesses = Self.suggest(header).guesses
            for (field, column) in header.expected {
                all += 1
                if guesses.contains(where: { $0.field.column == field && $0.columns[0] == column }) {
                    found += 1
                } else {
                    lost.append("\(header.system): \(field) = \(column)")
                }
            }
        }
        #expect(ForeignHeader.all.count >= 40)
        #expect(Double(found) >= 0.8 * Double(all), "\(found) of \(all); not found: \(lost.joined(separator: "\n"))")
    }

    @Test("Our own header is known as ours, and a file without a word that we know is left to a person")
    func ours() {
        let own = ProductField.allCases.map(\.column)
        let suggestion = MappingSuggestion(columns: own, values: own.map { _ in [] })
        #expect(suggestion.isOurs && suggestion.guesses.allSatisfy { $0.ground == .name && $0.isSure })
        let strange = MappingSuggestion(columns: ["a", "b", "c"], values: [["x"], ["y"], ["9.99"]])
        #expect(strange.guesses.map(\.field) == [.price] && strange.guesses.allSatisfy { !$0.isSure })
        #expect(strange.missing == [.vendorProductID, .productName, .category, .sku, .stockQuantity])
    }

    @Test(
        "Values that speak against a name make the guess unsure",
        arguments: [
            ("Price", ["on request", "call us", "5"], ProductField.price),
            ("Stock", ["yes", "no", "yes"], .stockQuantity),
            ("Image", ["a.jpg", "b.jpg"], .imageURL), ("SKU", ["A", "A", "A"], .sku),
            ("Weight", ["1", "2"], .weightKg),
        ])
    func doubts(name: String, values: [String], field: ProductField) throws {
        let suggestion = MappingSuggestion(columns: [name], values: [values])
        let guess = try #require(suggestion.guesses.first { $0.field == field })
        #expect(!guess.isSure && guess.why.contains(", but "))
        #expect(!suggestion.json(includesUnsure: false).contains(name))
        #expect(suggestion.json(includesUnsure: true).contains(name))
    }

    @Test("A proposal can be read as a mapping and says how numbers, weights and lists of images are to be read")
    func readable() throws {
        let suggestion = MappingSuggestion(
            columns: ["Artikelnummer", "Preis", "Gewicht (g)", "Bilder"],
            values: [["1"], ["1.234,50 €"], ["500"], ["https://a.example/1.jpg,https://a.example/2.jpg"]])
        let mapping = try ColumnMapping(json: .init(suggestion.json(includesUnsure: false).utf8))
        #expect(mapping.columns["price"]?.number == "auto")
        #expect(mapping.columns["weight_kg"]?.multiply?.value == 0.001)
        #expect(mapping.columns["image_url"]?.first == ",")
        #expect(mapping.columns["sku"]?.from == ["Artikelnummer"])
    }

    @Test("A name that stands twice is never proposed, since a mapping could not say which is meant")
    func twice() {
        let suggestion = MappingSuggestion(columns: ["Price", "Price"], values: [["1.00"], ["2.00"]])
        #expect(suggestion.guesses.allSatisfy { !$0.isSure })
    }
}
