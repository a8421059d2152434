import Catalog

extension RowChecker {
    /// What the rows of a vendor's file have to meet: the seven rules, and those of one's own.
    init(
        _ conditions: RowConditions, _ layout: ProductLayout, _ empty: EmptyCells = .clear, isWorkbook: Bool = false
    ) throws {
        let rules = ProductRules(categories: conditions.categories, required: layout.requiredFields(empty))
        let stored = conditions.rules
        let customRules = stored.isEmpty ? nil : try CustomRules(stored) { layout.canBreak($0, empty) }
        let attributes = layout.attributes.isEmpty ? nil : AttributeRules(names: layout.attributes.map(\.name))
        self.init(rules: rules, attributes: attributes, isWorkbook: isWorkbook, customRules: customRules)
    }
}

extension ProductLayout {
    /// An update leaves alone what its file does not have, and what is empty if the upload says so: then nothing is missing.
    func canBreak(_ rule: CustomRule, _ empty: EmptyCells) -> Bool {
        guard mode == .update else { return true }
        switch rule.condition {
        case .required, .requiredIf: return empty == .clear && !absentFields.contains(rule.field)
        default: return true
        }
    }
}
