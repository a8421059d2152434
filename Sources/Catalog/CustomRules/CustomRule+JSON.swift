package import Foundation
import Text

/// Rules as files, requests and `catalog.rules` have them: docs/guides/rules.md.
extension CustomRule {
    /// What JSON may have; what makes a condition comes first.
    private struct Members: Decodable {
        var required: Bool?, unique: Bool?
        var pattern: String?
        var minimum: Decimal?, maximum: Decimal?
        var minLength: Int?, maxLength: Int?
        var oneOf: [String]?
        var compare: String?, with: String?
        var requiredIf: String?
        var column: String
        var vendorId: String?, category: String?, severity: String?, message: String?
    }

    private static let known = [
        "column", "required", "pattern", "minimum", "maximum", "minLength", "maxLength", "oneOf", "unique", "compare",
        "with",
        "requiredIf", "vendorId", "category", "severity", "message",
    ]

    /// - Throws: `CustomRuleError` that says which member is wrong.
    package init(json: Data) throws(CustomRuleError) {
        let members = try Self.members(json)
        let severity = Severity(rawValue: members.severity ?? Severity.error.rawValue)
        guard let severity else { throw CustomRuleError("severity must be error or warning") }
        try self.init(
            try Self.field(members.column), try Self.condition(members), vendorID: members.vendorId,
            category: members.category,
            severity: severity, message: members.message)
    }

    private static func members(_ json: Data) throws(CustomRuleError) -> Members {
        let object = try? JSONSerialization.jsonObject(with: json)  // what is no JSON is told by what decodes it below
        let names = (object as? [String: Any])?.keys.sorted() ?? []
        if let name = names.first(where: { !known.contains($0) }) {
            throw CustomRuleError("unknown member '\(name)': expected one of \(known.joined(separator: ", "))")
        }
        do {
            return try JSONDecoder().decode(Members.self, from: json)
        } catch DecodingError.typeMismatch(let type, let context) {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw CustomRuleError(place.isEmpty ? "it is no JSON object" : "member '\(place)' must be a \(type)")
        } catch DecodingError.keyNotFound(let key, _) {
            throw CustomRuleError("member '\(key.stringValue)' is missing")
        } catch {
            throw CustomRuleError("it is no JSON object of a rule, such as {\"column\": \"brand\", \"required\": true}")
        }
    }

    /// - Throws: `CustomRuleError` if there is no such column.
    package static func field(_ column: String) throws(CustomRuleError) -> ProductField {
        guard let field = ProductField(column: column) else {
            let known = ProductField.allCases.map(\.column).joined(separator: ", ")
            throw CustomRuleError("unknown column '\(column)': expected one of \(known)")
        }
        return field
    }

    private static func condition(_ members: Members) throws(CustomRuleError) -> Condition {
        var found: [Condition] = []
        if members.required == true { found.append(.required) }
        if members.unique == true { found.append(.unique) }
        if let pattern = members.pattern { found.append(.pattern(pattern)) }
        if members.minimum != nil || members.maximum != nil {
            found.append(.range(minimum: members.minimum, maximum: members.maximum))
        }
        if members.minLength != nil || members.maxLength != nil {
            found.append(.length(minimum: members.minLength, maximum: members.maxLength))
        }
        if let values = members.oneOf { found.append(.oneOf(values)) }
        if let other = members.requiredIf { found.append(.requiredIf(try field(other))) }
        if members.compare != nil || members.with != nil {
            guard let comparison = members.compare.flatMap(Comparison.init), let other = members.with else {
                throw CustomRuleError("compare must be one of <, <=, =, <>, >=, > and with another column")
            }
            found.append(.compare(comparison, with: try field(other)))
        }
        guard found.count == 1 else {
            throw CustomRuleError(
                "a rule has one condition, this has \(found.count): required, pattern, minimum and maximum, minLength and maxLength, oneOf, "
                    + "unique, compare and with, or requiredIf")
        }
        return found[0]
    }

    /// The column and what it has to be, as `catalog.rules.condition` keeps it.
    var conditionJSON: String {
        var json = JSONWriter()
        json.object { json in
            json.string("column", field.column)
            switch condition {
            case .required: json.boolean("required", true)
            case .unique: json.boolean("unique", true)
            case .pattern(let pattern): json.string("pattern", pattern)
            case .range(let minimum, let maximum):
                json.bound("minimum", minimum)
                json.bound("maximum", maximum)
            case .length(let minimum, let maximum):
                json.bound("minLength", minimum)
                json.bound("maxLength", maximum)
            case .oneOf(let values): json.array("oneOf") { json in values.forEach { json.string($0) } }
            case .requiredIf(let other): json.string("requiredIf", other.column)
            case .compare(let comparison, let other):
                json.string("compare", comparison.rawValue)
                json.string("with", other.column)
            }
        }
        return json.text
    }
}

extension JSONWriter {
    fileprivate mutating func bound(_ name: String, _ value: (some CustomStringConvertible)?) {
        guard let value else { return }
        key(name)
        raw("\(value)")
    }
}
