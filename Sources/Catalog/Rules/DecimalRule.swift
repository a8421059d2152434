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
        let start = index
        var units = 0
        digits(value, &index, &units)
        guard index > start else { return .notANumber }
        var decimals = 0
        if index < value.count {
            guard value[index] == UInt8(ascii: ".") else { return .notANumber }
            index += 1
            let point = index
            digits(value, &index, &units)
            decimals = index - point
            guard index == value.count, decimals > 0, decimals <= scale else { return .notANumber }
        }
        for _ in decimals..<scale { append(0, to: &units) }
        return bounds(isNegative ? -units : units)
    }

    private func bounds(_ units: Int) -> Violation? {
        units < minimum ? .tooSmall : units > maximum ? .tooLarge : nil
    }

    @inline(__always)
    private func digits(_ value: UnsafeRawBufferPointer, _ index: inout Int, _ units: inout Int) {
        while index < value.count {
            let digit = value[index] &- UInt8(ascii: "0")
            if digit >= 10 { return }
            append(Int(digit), to: &units)
            index &+= 1
        }
    }

    /// Beyond every bound a number only has to stay beyond it.
    @inline(__always)
    private func append(_ digit: Int, to units: inout Int) {
        if units < 1 << 56 { units = units &* 10 &+ digit }
    }
}
