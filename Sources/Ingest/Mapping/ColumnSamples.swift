import Foundation

/// What the first values of a column look like.
struct ColumnSamples {
    /// Those that are not empty.
    let values: [String]

    init(_ values: [String]) {
        self.values = values.filter { !$0.isEmpty }
    }

    /// The share of the values for which it holds; nil without values.
    private func share(_ holds: (String) -> Bool) -> Double? {
        values.isEmpty ? nil : Double(values.count(where: holds)) / Double(values.count)
    }

    private func mostly(_ holds: (String) -> Bool) -> Bool? { share(holds).map { $0 >= 0.8 } }

    /// Nil where nothing can be said.
    var areNumbers: Bool? { mostly { ForeignNumber($0) != nil } }
    var areWholeNumbers: Bool? {
        mostly { text in
            guard ForeignNumber(text) != nil else { return false }
            let digits = text.drop { !$0.isNumber }
            return digits.allSatisfy(\.isNumber) || digits.hasSuffix(".0") || digits.hasSuffix(".00")
                || digits.hasSuffix(".0000")
        }
    }
    var areWebAddresses: Bool? { mostly { $0.hasPrefix("http://") || $0.hasPrefix("https://") } }
    var areLongTexts: Bool { (share { $0.count > 80 } ?? 0) >= 0.5 }
    /// A price as shops write it: two decimals.
    var haveTwoDecimals: Bool {
        (share { text in
            guard ForeignNumber(text) != nil, let mark = text.lastIndex(where: { $0 == "." || $0 == "," }) else {
                return false
            }
            return text[text.index(after: mark)...].prefix { $0.isNumber }.count == 2
        } ?? 0) >= 0.8
    }
    /// Whether rows can be told apart by it; nil of too few values.
    var areDistinct: Bool? { values.count < 3 ? nil : Set(values).count * 10 >= values.count * 9 }
    /// Whether every number is written as we read it.
    var arePlainNumbers: Bool {
        values.allSatisfy { value in
            let parts = value.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count <= 2
                && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        }
    }
}
