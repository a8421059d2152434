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
        guard let units = units(value) else { return .notANumber }
        return units < minimum ? .tooSmall : units > maximum ? .tooLarge : nil
    }

    /// A number within the bounds, in units of the last digit.
    func unitsWithin(_ value: UnsafeRawBufferPointer) -> Int? {
        units(value).flatMap { (minimum...maximum).contains($0) ? $0 : nil }
    }

    /// A number in units of the last digit, exact within the bounds and beyond them at least that; nil if it is none.
    @inline(__always)
    func units(_ value: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        var isNegative = false
        if let first = value.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            index = 1
        }
        let start = index
        var units = 0
        digits(value, &index, &units)
        guard index > start else { return nil }
        var decimals = 0
        if index < value.count {
            guard value[index] == UInt8(ascii: ".") else { return nil }
            index += 1
            let point = index
            digits(value, &index, &units)
            decimals = index - point
            guard index == value.count, decimals > 0, decimals <= scale else { return nil }
        }
        for _ in decimals..<scale { append(0, to: &units) }
        return isNegative ? -units : units
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
