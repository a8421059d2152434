import Foundation

@testable import Catalog

extension Subject {
    /// A pattern is refused with its place, or decides a value as its parts do when they are tried one by one; a rule is refused with
    /// words or says the same after it was kept.
    static let pattern = Subject(
        name: "pattern", longest: 400, seeds: seeds,
        words: [
            "[a-z]", "[^", "\\d", "\\w", "\\s", "{2,3}", "{0}", "(?:", "|", "*", "+", "?", "^", "$", "\n", "é", "🚲",
            "\\\\",
        ]
    ) { input in
        let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        checkRule(Data(parts[0]))
        let text = String(decoding: parts[0], as: UTF8.self)
        guard let pattern = answer(PatternError.self, { try Pattern(text) }) else { return }
        let value = String(decoding: parts.count > 1 ? parts[1].prefix(40) : [], as: UTF8.self)
        let matcher = PatternMatcher(pattern)
        let found = Array(value.utf8).withUnsafeBytes(matcher.matches)
        expect(found == Array(value.utf8).withUnsafeBytes(matcher.matches), "'\(value)' is decided twice, differently")
        guard let node = answer(PatternError.self, { try PatternParser.parse(text) }), node.size <= 60 else { return }
        let scalars = value.unicodeScalars.map(\.value)
        expect(ends(node, [0], scalars).contains(scalars.count) == found, "'\(text)' and '\(value)': \(found)")
    }

    private static var seeds: [[UInt8]] {
        [
            "[A-Z]{2}-\\d+\nAB-12", "(a|b)*c?\nabab", "^(?:x{2,3}|.y)+$\nxxzyxxx", "[^a-c\\-]{0}\\w\\.\n_.",
            "(a*)*b\naaaaaaaa", "\n",
            #"{"column": "sku", "pattern": "[0-9]{13}", "severity": "warning"}"#,
            #"{"column": "price", "minimum": 0.5, "maximum": 9}"#,
            #"{"column": "price", "compare": "<=", "with": "stock_quantity"}"#,
            #"{"column": "unit", "oneOf": ["a", "b"]}"#,
        ].map { Array($0.utf8) }
    }

    /// Where a part may end that begins at any of these places.
    private static func ends(_ node: PatternNode, _ starts: Set<Int>, _ value: [UInt32]) -> Set<Int> {
        switch node {
        case .one(let set): Set(starts.filter { $0 < value.count && set.contains(value[$0]) }.map { $0 + 1 })
        case .sequence(let parts): parts.reduce(starts) { ends($1, $0, value) }
        case .choice(let parts): parts.reduce(into: []) { $0.formUnion(ends($1, starts, value)) }
        case .repeated(let part, let least, let most): repeated(part, least, most, starts, value)
        }
    }

    private static func repeated(
        _ part: PatternNode, _ least: Int, _ most: Int?, _ starts: Set<Int>, _ value: [UInt32]
    ) -> Set<Int> {
        var current = starts
        for _ in 0..<least { current = ends(part, current, value) }
        var reached = current
        // More often than there are characters finds nothing new.
        for _ in 0..<min(most.map { $0 - least } ?? .max, value.count + 1) {
            current = ends(part, current, value)
            reached.formUnion(current)
        }
        return reached
    }

    private static func checkRule(_ json: Data) {
        guard let rule = answer(CustomRuleError.self, { try CustomRule(json: json) }) else { return }
        guard let kept = answer(Never.self, { try CustomRule(json: Data(rule.conditionJSON.utf8)) }) else { return }
        expect(kept.field == rule.field && kept.condition == rule.condition, "\(rule.conditionJSON)")
    }
}
