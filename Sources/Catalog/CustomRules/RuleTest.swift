import Foundation

/// A condition, ready to be tried on many rows: on their bytes, in one pass.
enum RuleTest {
    case filled
    case filledIf(ProductField)
    case pattern(PatternMatcher)
    case range(DecimalRule)
    case length(ClosedRange<Int>)
    case oneOf(TextSet)
    case unique(FirstRows)
    case numbers(DecimalRule, CustomRule.Comparison, ProductField, DecimalRule)
    case texts(CustomRule.Comparison, ProductField)

    /// - Throws: `CustomRuleError` where the condition fits no value of the column.
    init(_ field: ProductField, _ condition: CustomRule.Condition) throws(CustomRuleError) {
        switch condition {
        case .required: self = .filled
        case .requiredIf(let other):
            try Self.requireOther(field, other)
            self = .filledIf(other)
        case .pattern(let text):
            do {
                self = .pattern(PatternMatcher(try Pattern(text)))
            } catch {
                throw CustomRuleError("pattern, \(error)")
            }
        case .range(let minimum, let maximum): self = .range(try Self.range(field, minimum, maximum))
        case .length(let minimum, let maximum):
            let (low, high) = (minimum ?? 0, maximum ?? .max)
            guard low >= 0, low <= high else { throw CustomRuleError("minLength and maxLength allow nothing") }
            self = .length(low...high)
        case .oneOf(let values):
            guard (1...1000).contains(values.count), values.allSatisfy({ !$0.isEmpty }) else {
                throw CustomRuleError("oneOf must have 1 to 1000 values, none of them empty")
            }
            self = .oneOf(TextSet(values))
        case .unique: self = .unique(FirstRows())
        case .compare(let comparison, let other):
            try Self.requireOther(field, other)
            self = try Self.comparison(field, comparison, other)
        }
    }

    private static func requireOther(_ field: ProductField, _ other: ProductField) throws(CustomRuleError) {
        guard field != other else { throw CustomRuleError("\(field.column) cannot be compared with itself") }
    }

    private static func comparison(
        _ field: ProductField, _ comparison: CustomRule.Comparison, _ other: ProductField
    ) throws(CustomRuleError) -> RuleTest {
        switch (field.rule.number, other.rule.number) {
        case (let one?, let two?): return .numbers(one, comparison, other, two)
        case (nil, nil): return .texts(comparison, other)
        default:
            throw CustomRuleError("\(field.column) and \(other.column) cannot be compared: one is a number, one a text")
        }
    }

    private static func range(
        _ field: ProductField, _ minimum: Decimal?, _ maximum: Decimal?
    ) throws(CustomRuleError) -> DecimalRule {
        guard let rule = field.rule.number else {
            let numbers = ProductField.allCases.filter { $0.decimals != nil }.map(\.column).joined(separator: ", ")
            throw CustomRuleError("minimum and maximum are of numbers: \(numbers)")
        }
        let low = try minimum.map { bound throws(CustomRuleError) in try units(bound, field, rule.scale) } ?? -(1 << 60)
        let high = try maximum.map { bound throws(CustomRuleError) in try units(bound, field, rule.scale) } ?? 1 << 60
        guard low <= high else { throw CustomRuleError("minimum and maximum allow nothing") }
        return DecimalRule(scale: rule.scale, minimum: low, maximum: high)
    }

    private static func units(_ bound: Decimal, _ field: ProductField, _ scale: Int) throws(CustomRuleError) -> Int {
        let units = bound * pow(Decimal(10), scale)
        guard abs(units) < 1_000_000_000_000, let exact = Int("\(units)") else {
            throw CustomRuleError(
                "\(field.column) has at most \(scale) decimals, and so have its bounds; \(bound) does not fit")
        }
        return exact
    }
}

extension RuleTest {
    /// Whether a row breaks the rule.
    /// - Parameter number: of the row.
    /// - Returns: nil if it does not; else the earlier row that has the value, 0 where that is not the reason.
    @inline(__always)
    func broken(_ field: ProductField, _ row: ProductRow, number: Int) -> Int? {
        let value = row[field]
        switch self {
        case .filled: return value.isEmpty ? 0 : nil
        case .filledIf(let other): return value.isEmpty && !row[other].isEmpty ? 0 : nil
        default: break
        }
        if value.isEmpty { return nil }
        switch self {
        case .filled, .filledIf: return nil
        case .pattern(let matcher): return matcher.matches(value) ? nil : 0
        case .range(let rule):
            // What is no number has its error already.
            guard let violation = rule.violation(value), violation != .notANumber else { return nil }
            return 0
        case .length(let range): return range.contains(value.codePoints) ? nil : 0
        case .oneOf(let values): return values.contains(value) ? nil : 0
        case .unique(let rows): return rows.first(value, row: number)
        case .numbers(let rule, let comparison, let other, let otherRule):
            // What is no number, or beyond its column's bounds, has its error already.
            guard let one = rule.unitsWithin(value), let two = otherRule.unitsWithin(row[other]) else { return nil }
            return comparison.holds(one * Self.scale(otherRule, over: rule), two * Self.scale(rule, over: otherRule))
                ? nil : 0
        case .texts(let comparison, let other):
            if row[other].isEmpty { return nil }
            return comparison.holds(value.order(row[other]), 0) ? nil : 0
        }
    }

    /// What makes numbers of different decimals comparable.
    private static func scale(_ rule: DecimalRule, over other: DecimalRule) -> Int {
        (other.scale..<max(rule.scale, other.scale)).reduce(1) { units, _ in units * 10 }
    }
}

extension CustomRule.Comparison {
    @inline(__always)
    fileprivate func holds(_ one: Int, _ other: Int) -> Bool {
        switch self {
        case .less: one < other
        case .atMost: one <= other
        case .equal: one == other
        case .different: one != other
        case .atLeast: one >= other
        case .more: one > other
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Below 0, 0 or above it, by bytes, which is the order of code points.
    fileprivate func order(_ other: UnsafeRawBufferPointer) -> Int {
        let order = memcmp(baseAddress!, other.baseAddress!, Swift.min(count, other.count))
        return order == 0 ? count - other.count : Int(order)
    }
}
