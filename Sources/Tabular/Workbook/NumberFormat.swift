/// How a cell shows its number, as far as that is part of what it says: ECMA-376, part 1, 18.8.30 and 18.8.31.
enum NumberFormat: Equatable, Sendable {
    /// As it is: also percentages, fractions and what is meant for the eye only.
    case plain
    /// Rounded to so many decimals.
    case rounded(decimals: Int)
    /// `00000`, `000-000`: digits that take the place of each zero, with what stands between them.
    case mask([Piece])
    /// A moment; seconds may have decimals.
    case date(hasDay: Bool, hasTime: Bool)
    /// Hours, minutes and seconds that go on beyond a day.
    case duration

    enum Piece: Equatable, Sendable {
        case digit
        case text(String)
    }

    /// Formats that a workbook does not spell out.
    init(builtIn id: Int) {
        switch id {
        case 1, 3, 37, 38, 41, 42: self = .rounded(decimals: 0)
        case 2, 4, 39, 40, 43, 44: self = .rounded(decimals: 2)
        case 14...17, 27...31, 36, 50...54, 57, 58: self = .date(hasDay: true, hasTime: false)
        case 18...21, 32, 33, 45, 47: self = .date(hasDay: false, hasTime: true)
        case 22: self = .date(hasDay: true, hasTime: true)
        case 46: self = .duration
        default: self = .plain
        }
    }

    /// - Parameter code: as in `formatCode`; its first section counts.
    init(code: String) {
        var scan = NumberFormatScan(code)
        self = scan.format()
    }
}

/// Walks over a format code.
private struct NumberFormatScan {
    private var rest: Substring.UnicodeScalarView
    private var integers = 0
    private var decimals = 0
    private var hasPoint = false
    /// Anything but zeros stands for digits.
    private var isLoose = false
    private var isSpecial = false
    private var isElapsed = false
    private var (hasDay, hasMonth, hasHour) = (false, false, false)
    private var isScaled = false
    private var pieces: [NumberFormat.Piece] = []

    init(_ code: String) {
        rest = Substring(code).unicodeScalars
    }

    mutating func format() -> NumberFormat {
        while let scalar = rest.popFirst(), scalar != ";" { take(scalar) }
        if isElapsed { return .duration }
        if hasDay || hasMonth || hasHour {
            // A month among hours is a minute.
            return .date(hasDay: hasDay || !hasHour, hasTime: hasHour)
        }
        guard !isSpecial, !isScaled, integers + decimals > 0 else { return .plain }
        if integers >= 2, !isLoose, !hasPoint { return .mask(pieces) }
        return .rounded(decimals: decimals)
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": takeText()
        case "\\": if let next = rest.popFirst() { add(next) }
        // What follows is for the eye: a gap as wide as it, or a filling.
        case "_", "*": _ = rest.popFirst()
        case "[": takeBrackets()
        case "0", "#", "?": takeDigit(scalar)
        case ".": hasPoint = true
        case ",": takeComma()
        case "%", "@": isSpecial = true
        case "/" where integers > 0: isSpecial = true
        case "E", "e":
            if let sign = rest.first, sign == "+" || sign == "-" { isSpecial = true } else { hasDay = true }
        case "y", "Y", "d", "D", "g", "b", "B": hasDay = true
        case "m", "M": hasMonth = true
        case "h", "H", "s", "S": hasHour = true
        case "A", "a": takeHalfDay()
        case "G": if rest.starts(with: "eneral".unicodeScalars) { takeGeneral() } else { hasDay = true }
        default: add(scalar)
        }
    }

    private mutating func takeDigit(_ scalar: Unicode.Scalar) {
        if hasHour || hasDay || hasMonth { return }  // decimals of seconds
        isLoose = isLoose || scalar != "0"
        if hasPoint { decimals += 1 } else { integers += 1 }
        isScaled = false
        pieces.append(.digit)
    }

    /// Behind the last digit it divides by a thousand, between digits it groups them.
    private mutating func takeComma() {
        isLoose = true
        isScaled = integers + decimals > 0
    }

    private mutating func takeText() {
        while let scalar = rest.popFirst(), scalar != "\"" { add(scalar) }
    }

    private mutating func takeHalfDay() {
        let text = String(String.UnicodeScalarView(rest.prefix(4))).uppercased()
        let length = text.hasPrefix("M/PM") ? 4 : text.hasPrefix("/P") ? 2 : 0
        if length > 0 { hasHour = true }
        rest = rest.dropFirst(length)
    }

    private mutating func takeGeneral() {
        rest = rest.dropFirst(6)
        isSpecial = true
    }

    /// A color, a currency, a condition, or time that goes on beyond a day.
    private mutating func takeBrackets() {
        let inner = String(String.UnicodeScalarView(rest.prefix { $0 != "]" })).lowercased()
        rest = rest.dropFirst(inner.unicodeScalars.count + 1)
        if let first = inner.first, "hms".contains(first), inner.allSatisfy({ $0 == first }) { isElapsed = true }
        if let first = inner.first, "<>=".contains(first) { isSpecial = true }
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        pieces.append(.text(String(Character(scalar))))
    }
}
