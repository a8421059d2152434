import ArgumentParser
import Catalog
import Foundation
import Text

/// A rule, as options or as a file of JSON: both become the same JSON, which is checked once.
struct RuleOptions: ParsableArguments {
    @Option(help: "The column that the rule is about.")
    var column: String?

    @Flag(help: "It must have a value.")
    var required = false

    @Option(help: "All of its value must match: letters, sets, ( ), |, * + ? {n,m}, \\d \\w \\s.")
    var pattern: String?

    @Option(help: "The least number.")
    var minimum: String?

    @Option(help: "The greatest number.")
    var maximum: String?

    @Option(help: "The fewest characters.")
    var minLength: Int?

    @Option(help: "The most characters.")
    var maxLength: Int?

    @Option(help: "A value that it may have; give it several times.")
    var oneOf: [String] = []

    @Flag(help: "No two rows of a file may have the same value.")
    var unique = false

    @Option(help: "How it must stand to the column of --with: '<', '<=', '=', '<>', '>=' or '>'.")
    var compare: String?

    @Option(help: "The other column.")
    var with: String?

    @Option(help: "It must have a value where this column has one.")
    var requiredIf: String?

    @Option(help: "Only rows of this category.")
    var category: String?

    @Option(help: "error: a row that breaks it is rejected. warning: it is loaded and reported.")
    var severity: CustomRule.Severity = .error

    @Option(help: "What the vendor reads instead of words made of the rule.")
    var message: String?

    @Option(help: "The rule as JSON, instead of the options above.", completion: .file(extensions: ["json"]))
    var file: String?

    /// Whether a rule is given at all.
    var isGiven: Bool { column != nil || file != nil }

    /// - Parameter vendor: whose files it is for; nil for everybody's, or what the file says.
    /// - Throws: `CommandFailure` that says what is wrong with it.
    func rule(for vendor: String?) throws -> CustomRule {
        do {
            var rule = try CustomRule(json: try file.map(Self.contents) ?? Data(try json().utf8))
            if let vendor { rule.vendorID = vendor }
            return rule
        } catch let error as CustomRuleError {
            throw CommandFailure("that is no rule: \(error)")
        }
    }

    private static func contents(_ path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path), data.count < 1 << 20 else {
            throw CommandFailure("cannot read the rule '\(path)', or it is larger than 1 MB")
        }
        return data
    }

    private func json() throws -> String {
        guard let column else { throw CommandFailure("which column is the rule about? Give --column, or --file") }
        var json = JSONWriter()
        try json.object { json in
            json.string("column", column)
            if required { json.boolean("required", true) }
            if unique { json.boolean("unique", true) }
            for (name, bound) in [("minimum", minimum), ("maximum", maximum)] {
                guard let bound else { continue }
                guard let number = Decimal(whole: bound) else {
                    throw CommandFailure("--\(name) must be a number such as 9.90: '\(bound)'")
                }
                json.key(name)
                json.raw("\(number)")
            }
            if let minLength { json.number("minLength", minLength) }
            if let maxLength { json.number("maxLength", maxLength) }
            if !oneOf.isEmpty { json.array("oneOf") { json in oneOf.forEach { json.string($0) } } }
            for (name, text) in [
                ("pattern", pattern), ("compare", compare), ("with", with), ("requiredIf", requiredIf),
                ("category", category), ("message", message), ("severity", severity.rawValue),
            ] where text != nil { json.string(name, text) }
        }
        return json.text
    }
}

extension CustomRule.Severity: ExpressibleByArgument {}
