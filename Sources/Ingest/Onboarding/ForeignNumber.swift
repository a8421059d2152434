import Foundation
import Text

/// A number as another system writes it: with a sign, a currency, digits in groups. Which mark is the decimal mark is still
/// to be said.
struct ForeignNumber {
    private static let spaces: Set<Unicode.Scalar> = [
        " ", "\t", "\r", "\n", "\u{B}", "\u{C}", "\u{A0}", "\u{2009}", "\u{202F}",
    ]
    /// Besides the mark that is not the decimal mark.
    private static let groupMarks: Set<Unicode.Scalar> = [" ", "\u{A0}", "\u{2009}", "\u{202F}", "'", "’"]

    /// The currencies that stand beside it; nil if there is none.
    let currencies: Set<String>?
    private let isNegative: Bool
    /// From the first digit to the last.
    private let digits: ArraySlice<Unicode.Scalar>

    /// Nil if anything but one currency stands around the digits.
    init?(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.firstIndex(where: \.isDigit), let last = scalars.lastIndex(where: \.isDigit) else {
            return nil
        }
        digits = scalars[first...last]
        let before = Self.withoutSign(Self.trimmed(scalars[..<first]))
        isNegative = before.isNegative
        var found: Set<String>?
        for name in [before.rest, Self.trimmed(scalars[(last + 1)...])] where !name.isEmpty {
            guard let possible = Currency.possible(String(String.UnicodeScalarView(name))) else { return nil }
            found = found?.intersection(possible) ?? possible
        }
        if let found, found.isEmpty { return nil }
        currencies = found
    }

    /// `1.234,50` as `1234.50` where the decimal mark is a comma. The other mark, spaces and apostrophes may only part groups
    /// of exactly three digits; nil if they do not.
    func plain(decimalMark: Unicode.Scalar) -> String? {
        let parts = digits.split(separator: decimalMark, omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Self.withoutGroups(parts[0], decimalMark: decimalMark) else { return nil }
        guard parts.dropFirst().allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }) else { return nil }
        var text = String.UnicodeScalarView(isNegative ? ["-"] : [])
        text += whole
        if parts.count == 2 { text += [Unicode.Scalar(".")] + parts[1] }
        return String(text)
    }

    private static func withoutGroups(
        _ whole: ArraySlice<Unicode.Scalar>, decimalMark: Unicode.Scalar
    ) -> [Unicode.Scalar]? {
        guard let mark = whole.first(where: { !$0.isDigit }) else { return Array(whole) }
        guard groupMarks.contains(mark) || (mark == "." || mark == ",") && mark != decimalMark else { return nil }
        let groups = whole.split(separator: mark, omittingEmptySubsequences: false)
        guard (1...3).contains(groups[0].count), groups[0].first != "0",
            groups.dropFirst().allSatisfy({ $0.count == 3 }),
            groups.joined().allSatisfy(\.isDigit)
        else { return nil }
        return Array(groups.joined())
    }

    /// A sign before or after the currency.
    private static func withoutSign(
        _ text: ArraySlice<Unicode.Scalar>
    ) -> (isNegative: Bool, rest: ArraySlice<Unicode.Scalar>) {
        if let first = text.first, first == "+" || first == "-" { return (first == "-", trimmed(text.dropFirst())) }
        if let last = text.last, last == "+" || last == "-" { return (last == "-", trimmed(text.dropLast())) }
        return (false, text)
    }

    private static func trimmed(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        guard let first = text.firstIndex(where: { !spaces.contains($0) }) else { return [] }
        return text[first...text.lastIndex { !spaces.contains($0) }!]
    }
}

/// Sums on plain numbers, exact (no binary fractions take part). What is not a number stays as it was.
enum Arithmetic {
    /// Multiplied by `factor`, then rounded half up to so many decimals; without the zeros at the end.
    static func computed(_ text: String, times factor: Decimal?, decimals: Int?) -> String {
        guard factor != nil || decimals != nil, isPlain(text), var number = Decimal(string: text) else { return text }
        if let factor { number *= factor }
        if let decimals {
            var exact = number
            NSDecimalRound(&number, &exact, decimals, .plain)
        }
        return withoutZeros(number.description)
    }

    /// Few enough digits that a product is exact in the 38 of a `Decimal`.
    private static func isPlain(_ text: String) -> Bool {
        let unsigned = text.utf8.dropFirst(text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0)
        let parts = unsigned.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 20 && parts.count <= 2
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private static func withoutZeros(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text[...]
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text == "-0" ? "0" : String(text)
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
