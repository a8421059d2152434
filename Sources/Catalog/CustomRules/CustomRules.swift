import Text

/// The rules of one's own that the rows of one upload have to meet, made ready once. In order of their names.
package final class CustomRules {
    private struct Check {
        let field: ProductField
        let test: RuleTest
        let category: [UInt8]?
    }

    package let stored: [StoredRule]
    private let checks: [Check]
    /// How many rows broke each rule so far.
    package private(set) var broken: [Int]

    /// - Parameter isTried: whether a rule can be about this file: an update changes only what its file has.
    package init(_ rules: [StoredRule], where isTried: (CustomRule) -> Bool = { _ in true }) throws(CustomRuleError) {
        stored = rules.filter { isTried($0.rule) }
        var checks: [Check] = []
        for one in stored {
            let rule = one.rule
            checks.append(
                Check(
                    field: rule.field, test: try RuleTest(rule.field, rule.condition),
                    category: rule.category.map { Array($0.utf8) }))
        }
        self.checks = checks
        broken = checks.map { _ in 0 }
    }

    /// Appends what is wrong with a row, errors before warnings. Allocates nothing for a good row.
    /// - Parameter number: of the row; rows may be read again.
    package func check(_ row: ProductRow, number: Int, into errors: inout [RowError]) {
        let start = errors.count
        for (index, check) in checks.enumerated() {
            if let category = check.category, !row[.category].elementsEqual(category) { continue }
            guard let earlier = check.test.broken(check.field, row, number: number) else { continue }
            broken[index] += 1
            errors.append(stored[index].error(row, earlier: earlier))
        }
        guard errors.count > start + 1 else { return }
        let found = errors[start...]
        errors.replaceSubrange(start..., with: found.filter { !$0.type.isWarning } + found.filter(\.type.isWarning))
    }
}

extension StoredRule {
    /// In words for the vendor, with the rule's name.
    fileprivate func error(_ row: ProductRow, earlier: Int) -> RowError {
        let value = row[rule.field]
        let end = earlier > 0 ? ", row \(earlier) has it" : value.isEmpty ? "" : ": \(RowError.quoted(value))"
        let words = rule.message ?? "\(rule.words)\(end)"
        var error = RowError(
            rule.severity == .error ? .customRule : .customWarning, "\(words) (rule '\(name)')", field: rule.field,
            rejectedValue: value.isEmpty ? nil : row.text(rule.field))
        error.ruleName = name
        return error
    }
}
