/// A number of a cell as a person sees it: 15 digits, which is what Excel keeps, and never an exponent where it can be avoided.
struct CellNumber: Equatable {
    /// What Excel keeps of a number.
    private static let precision = 15
    /// From here on it is shown with an exponent.
    private static let longest = 23

    private var isNegative: Bool
    /// Without zeros at either end.
    private var digits: [UInt8]
    /// Digits before the decimal point; may be negative, or more than there are.
    private var point: Int

    /// - Parameter value: finite.
    init(_ value: Double) {
        // 17 digits and the exponent say which number it is; the shortest text that does is exact as well.
        let text = "\(value.magnitude)".lowercased()
        let parts = text.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        isNegative = value < 0
        digits = Array(mantissa.joined().utf8)
        point = mantissa[0].utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        trim()
        if digits.count > Self.precision { round(toDigits: Self.precision) }
    }

    /// Rounds half away from zero.
    mutating func round(toDecimals decimals: Int) {
        if point + decimals < digits.count { round(toDigits: point + decimals) }
    }

    /// - Returns: ASCII.
    func text() -> [UInt8] {
        let sign = isNegative && !digits.isEmpty ? [UInt8(ascii: "-")] : []
        return sign + (abs(point) < Self.longest ? plain() : scientific())
    }

    /// The digits of a whole number in the places of a mask; the first place takes those that are too many.
    func text(in mask: [NumberFormat.Piece]) -> [UInt8] {
        var whole = self
        whole.round(toDecimals: 0)
        let places = mask.count { $0 == .digit }
        let number = whole.digits.isEmpty ? [] : whole.plain()
        let padded = Array(repeating: UInt8(ascii: "0"), count: max(0, places - number.count)) + number
        var (used, result) = (0, whole.isNegative ? [UInt8(ascii: "-")] : [])
        for piece in mask {
            switch piece {
            case .text(let text): result += text.utf8
            case .digit:
                let next = used == 0 ? padded.count - places + 1 : used + 1
                result += padded[used..<next]
                used = next
            }
        }
        return result
    }

    private func plain() -> [UInt8] {
        let zero = UInt8(ascii: "0")
        if digits.isEmpty { return [zero] }
        if point <= 0 { return [zero, UInt8(ascii: ".")] + Array(repeating: zero, count: -point) + digits }
        if point >= digits.count { return digits + Array(repeating: zero, count: point - digits.count) }
        return digits[..<point] + [UInt8(ascii: ".")] + digits[point...]
    }

    private func scientific() -> [UInt8] {
        let rest = digits.dropFirst()
        let mantissa = digits.prefix(1) + (rest.isEmpty ? [] : [UInt8(ascii: ".")] + rest)
        return mantissa + Array("E\(point > 0 ? "+" : "")\(point - 1)".utf8)
    }

    private mutating func round(toDigits count: Int) {
        guard count >= 0 else {
            digits = []
            return
        }
        guard count < digits.count else { return }
        let isUp = digits[count] >= UInt8(ascii: "5")
        digits.removeSubrange(count...)
        if isUp {
            while digits.last == UInt8(ascii: "9") { digits.removeLast() }
            if digits.isEmpty {
                digits = [UInt8(ascii: "1")]
                point += 1
            } else {
                digits[digits.count - 1] += 1
            }
        }
        trim()
    }

    private mutating func trim() {
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(zeros)
        point -= zeros
        if digits.isEmpty { point = 0 }
    }
}
