import Testing

@testable import Catalog

@Suite struct DecimalRuleTests {
    private func violation(_ text: String, _ rule: DecimalRule) -> DecimalRule.Violation? {
        var text = text
        return text.withUTF8 { rule.violation(UnsafeRawBufferPointer($0)) }
    }

    @Test(
        "A price from 0.01 to 999999.99 with at most two decimals is good",
        arguments: [
            "0.01", "1", "+5", "19.9", "00019.90", "999999.99", "1.50", String(repeating: "0", count: 400) + "1",
        ])
    func goodPrice(text: String) {
        #expect(violation(text, .money) == nil)
    }

    @Test(
        "What is not a number is refused",
        arguments: [
            "1e5", "$5", "1,99", "19.990", ".5", "5.", "NaN", "--1", "+", "-", "1 0", "٣", "1.2.3", "0x10", "∞",
        ])
    func notANumber(text: String) {
        #expect(violation(text, .money) == .notANumber)
    }

    @Test(
        "Bounds are exact, whatever the number of digits",
        arguments: [
            ("0.00", DecimalRule.Violation.tooSmall), ("-10.00", .tooSmall), ("0", .tooSmall), ("-0.01", .tooSmall),
            ("1000000", .tooLarge), ("1000000.00", .tooLarge), (String(repeating: "9", count: 400), .tooLarge),
            ("-" + String(repeating: "9", count: 400), .tooSmall), ("9223372036854775808", .tooLarge),
        ])
    func bounds(text: String, expected: DecimalRule.Violation) {
        #expect(violation(text, .money) == expected)
    }

    @Test("A stock quantity is whole and may be 0, also negative 0")
    func stock() {
        for good in ["0", "-0", "+7", "1000000"] { #expect(violation(good, .stock) == nil) }
        for bad in ["3.5", "3.0", "many", ""] { #expect(violation(bad, .stock) == .notANumber) }
        #expect(violation("-1", .stock) == .tooSmall)
        #expect(violation("1000001", .stock) == .tooLarge)
    }

    @Test("What is read eight bytes at a time is what is read digit by digit", arguments: [0, 2, 3])
    func shortAndLong(scale: Int) {
        // A plus sign makes a text be read digit by digit, and changes no number.
        let rule = DecimalRule(scale: scale, minimum: 1, maximum: 9_999_999)
        var random = SeededRandom(seed: 20)
        for _ in 0..<20_000 {
            let length = Int.random(in: 1...9, using: &random)
            let text = String((0..<length).map { _ in "00112345678999..:/e\u{0}".randomElement(using: &random)! })
            let expected = text.first.map { "0"..."9" ~= $0 } == true ? violation("+" + text, rule) : .notANumber
            #expect(violation(text, rule) == expected, "\(text)")
        }
    }

    @Test("Random numbers agree with arithmetic on whole cents")
    func randomPrices() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<20_000 {
            let cents = Int.random(in: -200...200_000_000, using: &random)
            let digits = String(cents.magnitude)
            let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
            let text = "\(cents < 0 ? "-" : "")\(padded.dropLast(2)).\(padded.suffix(2))"
            let expected: DecimalRule.Violation? = cents < 1 ? .tooSmall : cents > 99_999_999 ? .tooLarge : nil
            #expect(violation(text, .money) == expected, "\(text)")
        }
    }
}

/// The same numbers in every run: SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
