/// One version of a rule of one's own: a row of `catalog.rules`.
package struct StoredRule: Equatable, Sendable {
    /// Letters, digits, `_`, `-` and `.`, at most 100.
    package var name: String
    /// 1, 2, … of the name.
    package var version: Int
    package var rule: CustomRule
    /// By which uploads name it; 0 for one that is not kept.
    package var ruleID = 0
    /// The rule as JSON.
    package var json = ""
    /// Who made this version.
    package var createdBy = ""
    /// RFC 3339, UTC.
    package var createdAt = ""

    /// A rule that is tried before it is kept.
    package init(_ name: String, _ rule: CustomRule) {
        (self.name, version, self.rule) = (name, 0, rule)
    }
}
