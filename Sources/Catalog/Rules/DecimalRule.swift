/// Bounds of an exact decimal number: rules 2 and 3, and the optional numbers.
///
/// A number is an optional sign, digits, and optionally a point with more digits. It is compared as an integer of its
/// smallest unit, so that no rounding takes part; any number of digits is read, without overflow.
struct DecimalRule: Sendable {
    enum Violation: Equatable { case notANumber, tooSmall, tooLarge }

    /// Digits allowed after the point.
    let scale: Int
    /// Bounds in units of the last digit, both included.
    let minimum: Int, maximum: Int

    /// Nil if the value is a number within the bounds.
    func violation(_ value: UnsafeRawBufferPointer) -> Violation? {
        var index = 0
        var isNegative = false
        if let first = value.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            index = 1
        }
        let whole = digits(value, from: index)
        guard whole.end > index else { return .notANumber }
        var units = whole.number
        var decimals = 0
        index = whole.end
        if index < value.count {
            guard value[index] == UInt8(ascii: "."), scale > 0 else { return .notANumber }
            let fraction = digits(value, from: index + 1, continuing: units)
            decimals = fraction.end - index - 1
            guard fraction.end == value.count, (1...scale).contains(decimals) else { return .notANumber }
            units = fraction.number
        }
        for _ in decimals..<scale { units = saturating(units, times10Plus: 0) }
        return bounds(isNegative ? -units : units)
    }

    private func bounds(_ units: Int) -> Violation? {
        units < minimum ? .tooSmall : units > maximum ? .tooLarge : nil
    }

    private func digits(
        _ value: UnsafeRawBufferPointer, from start: Int, continuing number: Int = 0
    ) -> (number: Int, end: Int) {
        var number = number
        var index = start
        while index < value.count, case let digit = value[index] &- UInt8(ascii: "0"), digit < 10 {
            number = saturating(number, times10Plus: Int(digit))
            index += 1
        }
        return (number, index)
    }

    /// Beyond every bound a number only has to stay beyond it.
    private func saturating(_ number: Int, times10Plus digit: Int) -> Int {
        min(number, 1 << 56) * 10 + digit
    }
}
