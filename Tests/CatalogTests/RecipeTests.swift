import Foundation
import TestSupport
import Testing

@testable import Catalog

/// The recipes of CONTRIBUTING name every file that has to change, and no other file knows.
@Suite struct RecipeTests {
    /// Files of a recipe, `NNNN_…` for those that are still to be made.
    private func files(_ recipe: String) throws -> [String] {
        let text = try String(contentsOfFile: Project.file("CONTRIBUTING.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix(recipe) })
        return section.split(separator: "\n").compactMap { line in
            let parts = line.components(separatedBy: "`")
            return line.first?.isNumber == true && parts.count > 2 ? parts[1] : nil
        }
    }

    /// Source files, Swift and Python, in which a word occurs.
    private func occurrences(of word: String, below folders: String...) throws -> Set<String> {
        var found: Set<String> = []
        for folder in folders {
            let names = FileManager.default.enumerator(atPath: Project.file(folder))?.allObjects as? [String] ?? []
            for name in names where name.hasSuffix(".swift") || name.hasSuffix(".py") {
                let path = "\(folder)/\(name)"
                if try String(contentsOfFile: Project.file(path), encoding: .utf8).contains(word) { found.insert(path) }
            }
        }
        return found
    }

    @Test("Both recipes name eight files each, and all that are not to be made exist")
    func files() throws {
        for recipe in ["Add an optional column", "Change a rule"] {
            let files = try files(recipe)
            #expect(files.count == 8, "\(recipe): \(files)")
            for file in files where !file.contains("NNNN") {
                #expect(FileManager.default.fileExists(atPath: Project.file(file)), "\(file)")
            }
            #expect(files.contains("Sources/Catalog/Products/ProductField.swift"))
        }
    }

    @Test(
        "A column without a task of its own is named in one source file",
        arguments: [ProductField.weightKg, .dimensionsCm])
    func column(field: ProductField) throws {
        let known = ["Sources/Catalog/Products/ProductField.swift"]
        #expect(try occurrences(of: "\(field)", below: "Sources").sorted() == known)
        // What other systems call it is not needed to have it.
        let named = try occurrences(of: field.column, below: "Sources").subtracting([
            "Sources/Ingest/Mapping/ColumnSynonyms.swift"
        ])
        #expect(named.sorted() == known)
    }

    @Test(
        "A bound is written once in the sources, and once in the oracle's rules",
        arguments: [("99_999_999", "999999.99"), ("9_999_999_999", "9999999.999")])
    func bound(units: String, text: String) throws {
        #expect(
            try occurrences(of: "maximum: \(units))", below: "Sources") == [
                "Sources/Catalog/Products/ProductField.swift"
            ])
        #expect(try occurrences(of: text, below: "Sources").isEmpty)
        let oracle = try occurrences(of: text, below: "Tests/Oracle")
        #expect(
            oracle.subtracting(["Tests/Oracle/hostile.py", "Tests/Oracle/test_oracle.py"]) == ["Tests/Oracle/rules.py"])
    }

    @Test(
        "A kind of store or of notifier is known to its own file and to the composition",
        arguments: ["Stores/BucketStoreSetting", "Notifiers/TopicNotifierSetting"])
    func kind(file: String) throws {
        let type = try #require(file.split(separator: "/").last)
        #expect(
            try occurrences(of: String(type), below: "Sources") == [
                "Sources/CatalogCLI/Composition.swift", "Sources/CatalogCLI/\(file).swift",
            ])
    }
}
