package import Foundation
import Text

/// A rule of one's own about the rows of files, beside the seven that everybody has.
package struct CustomRule: Equatable, Sendable {
    package enum Severity: String, CaseIterable, Sendable {
        /// A row that breaks the rule is rejected.
        case error
        /// It is loaded and reported.
        case warning
    }

    /// What a value has to be. A value that is not there breaks no rule but `required` and `requiredIf`.
    package enum Condition: Equatable, Sendable {
        case required
        case pattern(String)
        /// Of a number, both included.
        case range(minimum: Decimal?, maximum: Decimal?)
        /// In code points, both included.
        case length(minimum: Int?, maximum: Int?)
        case oneOf([String])
        /// No earlier row of the upload has it.
        case unique
        case compare(Comparison, with: ProductField)
        /// Where another column has a value.
        case requiredIf(ProductField)
    }

    package enum Comparison: String, CaseIterable, Sendable {
        case less = "<"
        case atMost = "<="
        case equal = "="
        case different = "<>"
        case atLeast = ">="
        case more = ">"
    }

    /// Nil for all vendors.
    package var vendorID: String?
    /// Nil for all categories.
    package var category: String?
    package var severity = Severity.error
    /// What the vendor reads; nil for words made of the condition.
    package var message: String?
    package var field: ProductField
    package var condition: Condition

    /// - Throws: `CustomRuleError` if no row could be compared with it.
    package init(
        _ field: ProductField, _ condition: Condition, vendorID: String? = nil, category: String? = nil,
        severity: Severity = .error, message: String? = nil
    ) throws(CustomRuleError) {
        (self.field, self.condition, self.vendorID, self.category) = (field, condition, vendorID, category)
        (self.severity, self.message) = (severity, message)
        if let message { try Self.check(message) }
        _ = try RuleTest(field, condition)
    }

    private static func check(_ message: String) throws(CustomRuleError) {
        let scalars = message.unicodeScalars
        guard !message.isEmpty, scalars.count <= 500, scalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw CustomRuleError("message must have 1 to 500 characters, none of them a control character") }
    }
}

/// Why something is no rule.
package struct CustomRuleError: Error, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

extension CustomRule {
    /// What a row reads without a message of the rule's own.
    package var words: String {
        let name = field.column
        switch condition {
        case .required: return "\(name) must be filled in"
        case .requiredIf(let other): return "\(name) must be filled in where \(other.column) is"
        case .pattern(let pattern): return "\(name) must have the form \(pattern)"
        case .range(let minimum, let maximum): return "\(name) must be \(Self.bounds(minimum, maximum))"
        case .length(let minimum, let maximum): return "\(name) must have \(Self.bounds(minimum, maximum)) characters"
        case .oneOf(let values):
            let shown = values.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
            return "\(name) must be one of \(shown)\(values.count > 10 ? ", …" : "")"
        case .unique: return "\(name) must be unique in the file"
        case .compare(let comparison, let other): return "\(name) must be \(comparison.rawValue) \(other.column)"
        }
    }

    private static func bounds<Bound>(_ minimum: Bound?, _ maximum: Bound?) -> String {
        switch (minimum, maximum) {
        case (let low?, let high?): "from \(low) to \(high)"
        case (let low?, nil): "at least \(low)"
        case (nil, let high?): "at most \(high)"
        case (nil, nil): "anything"
        }
    }
}
