import Testing

@testable import CatalogCLI

@Suite struct SettingsReferenceTests {
    private static let settings = SettingsReference.sections.flatMap(\.settings)

    @Test("Every setting is listed once, with a meaning and an example")
    func complete() {
        #expect(Set(Self.settings.map(\.name)).count == Self.settings.count)
        for setting in Self.settings {
            #expect(
                ["CATALOG_", "OTEL_"].contains { setting.name.hasPrefix($0) } && !setting.meaning.isEmpty
                    && !setting.example.isEmpty)
        }
    }

    @Test("An example of a number or a word is one that is accepted")
    func examples() {
        for setting in Self.settings {
            switch setting.form {
            case .whole(let range), .seconds(let range):
                #expect(Int(setting.example).map(range.contains) == true, "\(setting.name)")
            case .words(let words): #expect(words.contains(setting.example), "\(setting.name)")
            case .text: break
            }
        }
    }

    @Test("A number beyond the bounds that are documented is refused, by its name")
    func bounds() {
        for setting in Self.settings {
            switch setting.form {
            case .whole(let range), .seconds(let range):
                let error = #expect(throws: SettingsError.self, "\(setting.name)") {
                    try Settings(environment: [setting.name: "\(range.lowerBound - 1)"], directory: "/tmp")
                }
                #expect(error?.name == setting.name)
                guard range.upperBound < .max else { continue }
                #expect(throws: SettingsError.self, "\(setting.name)") {
                    try Settings(environment: [setting.name: "\(range.upperBound + 1)"], directory: "/tmp")
                }
            case .words:
                #expect(throws: SettingsError.self, "\(setting.name)") {
                    try Settings(environment: [setting.name: "no such word"], directory: "/tmp")
                }
            case .text: break
            }
        }
    }

    @Test("A number within the documented bounds is accepted")
    func accepted() throws {
        for setting in Self.settings {
            guard case .whole(let range) = setting.form else { continue }
            // A default may be words: for ever.
            for text in ["\(range.lowerBound)"] + (Int(setting.fallback).map { ["\($0)"] } ?? []) {
                #expect(throws: Never.self, "\(setting.name)") {
                    try Settings(environment: [setting.name: text], directory: "/tmp")
                }
            }
        }
    }

    @Test("The documented default is what holds without the setting")
    func defaults() throws {
        let without = try Self.dumped([:])
        for setting in Self.settings where !setting.fallback.contains(" ") && !setting.fallback.isEmpty {
            let value = setting.fallback.filter { $0 != "`" }
            guard !value.hasPrefix("file:") else { continue }  // because it is relative to the working directory
            #expect(try Self.dumped([setting.name: value]) == without, "\(setting.name)")
        }
    }

    /// All that is set, however deep.
    private static func dumped(_ environment: [String: String]) throws -> [String] {
        var text = ""
        dump(try Settings(environment: environment, directory: "/tmp"), to: &text)
        // Dictionaries come in any order, and a worker's name has a random part.
        return text.split(separator: "\n").map(String.init).filter { !$0.contains("- workerID: ") }.sorted()
    }
}
