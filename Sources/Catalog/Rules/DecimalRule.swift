import Text

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
        guard let first = value.first, first >= UInt8(ascii: "0"), value.count <= 8 else { return longUnits(value) }
        return shortUnits(value.packed, value.count)
    }

    /// The same of up to eight bytes of which the first is no sign and no point, read all at once: nearly every number.
    @inline(__always)
    private func shortUnits(_ text: UInt64, _ count: Int) -> Int? {
        var (digits, length, decimals) = (text, count, 0)
        // The lowest bit that is set is the highest of the first point: a byte is zero where one stands.
        let points = text ^ 0x2E2E_2E2E_2E2E_2E2E
        let found = (points &- 0x0101_0101_0101_0101) & ~points & 0x8080_8080_8080_8080
        if found != 0 {
            let place = found.trailingZeroBitCount &>> 3
            decimals = count &- place &- 1
            guard decimals > 0, decimals <= scale else { return nil }
            let whole = (1 &<< UInt64(truncatingIfNeeded: 8 &* place)) &- 1
            digits = text & whole | (text &>> 8) & ~whole
            length &-= 1
        }
        // Eight digits, zeros before the first; what was above the text is shifted out.
        let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
        let eight = (digits ^ 0x3030_3030_3030_3030) &<< shift
        guard (eight | (eight &+ 0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 == 0 else { return nil }
        // Pairs of digits, then the sum of what each of the four is worth.
        let pairs = eight &* 10 &+ eight &>> 8
        let odd = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let even = (pairs &>> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        var units = Int(truncatingIfNeeded: (odd &+ even) &>> 32)
        while decimals < scale {
            units &*= 10
            decimals &+= 1
        }
        return units
    }

    /// The same of any length, with a sign or without.
    private func longUnits(_ value: UnsafeRawBufferPointer) -> Int? {
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
