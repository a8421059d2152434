/// What the cells of a workbook say, as a person sees them.
struct CellValues {
    /// Kinds of cells: ECMA-376, part 1, 18.18.11.
    enum CellType {
        case number, boolean, error, sharedText, inlineText, formulaText, date

        init(_ text: UnsafeRawBufferPointer) {
            switch text.first {
            case UInt8(ascii: "b"): self = .boolean
            case UInt8(ascii: "d"): self = .date
            case UInt8(ascii: "e"): self = .error
            case UInt8(ascii: "i"): self = .inlineText
            case UInt8(ascii: "s"): self = text.count == 1 ? .sharedText : .formulaText
            default: self = .number
            }
        }
    }

    /// What the attributes of a cell say.
    struct Cell {
        var style = 0
        var type = CellType.number
    }

    let strings: SharedStrings
    let styles: CellStyles
    /// Days are counted from 1904, as on the first Macs.
    let since1904: Bool
    /// Bytes of one cell.
    let longest: Int

    /// Appends the value of the cell that has just started, its end included; nothing if it has none.
    /// - Throws: `XMLPullError`; what the parser and the disk throw.
    func read(_ cell: Cell, _ parser: XMLPullParser, into target: inout [UInt8]) throws {
        let (outside, start) = (parser.depth - 1, target.count)
        var (isValue, hasFormula) = (false, false)
        while parser.depth > outside {
            switch try parser.next() {
            case .start:
                isValue = parser.isNamed("v")
                hasFormula = hasFormula || parser.isNamed("f")
                if parser.isNamed("is") { try RichText.append(parser, to: &target, longest: longest) }
            case .end: isValue = false
            case .text:
                guard isValue else { continue }
                target.append(contentsOf: parser.text)
                guard target.count - start <= longest else {
                    throw XMLPullError("a cell holds more than \(longest) bytes")
                }
            case .finished: return
            }
        }
        if target.count > start {
            try convert(cell, &target, from: start)
        } else if hasFormula, cell.type != .formulaText {
            target.append(contentsOf: WorkbookErrorValue.missingResult.utf8)
        }
    }

    private func convert(_ cell: Cell, _ target: inout [UInt8], from start: Int) throws {
        switch cell.type {
        case .number: convertNumber(styles.format(cell.style), &target, from: start)
        case .sharedText:
            guard let index = target[start...].withUnsafeBytes(Int.init(digits:)) else {
                throw XMLPullError(
                    "a cell refers to a text by '\(String(decoding: target[start...].prefix(20), as: UTF8.self))'")
            }
            target.removeSubrange(start...)
            try strings.read(index, into: &target)
        case .inlineText, .formulaText: CellEscapes.decode(&target, from: start)
        case .boolean:
            let isTrue = target[start] == UInt8(ascii: "1") || target[start] == UInt8(ascii: "t")
            target.removeSubrange(start...)
            target.append(contentsOf: (isTrue ? "TRUE" : "FALSE").utf8)
        case .error, .date: break
        }
    }

    private func convertNumber(_ format: NumberFormat, _ target: inout [UInt8], from start: Int) {
        if Self.isShown(target[start...], format) { return }
        // What is no number stays as it is.
        guard let value = Double(String(decoding: target[start...], as: UTF8.self)), value.isFinite else { return }
        let text = text(value, format)
        target.removeSubrange(start...)
        target.append(contentsOf: text)
    }

    private func text(_ value: Double, _ format: NumberFormat) -> [UInt8] {
        var number = CellNumber(value)
        switch format {
        case .plain: break
        case .rounded(let decimals): number.round(toDecimals: decimals)
        case .mask(let pieces): return number.text(in: pieces)
        case .date(let hasDay, let hasTime):
            let text = SerialDate.text(value, hasDay: hasDay, hasTime: hasTime, since1904: since1904)
            if let text { return Array(text.utf8) }
        case .duration: if let text = SerialDate.duration(value) { return Array(text.utf8) }
        }
        return number.text()
    }

    /// Whether a number stands there as it is shown, as nearly all do: at most 15 digits, no exponent, no decimal too many.
    private static func isShown(_ text: ArraySlice<UInt8>, _ format: NumberFormat) -> Bool {
        let decimals: Int
        switch format {
        case .plain: decimals = 15
        case .rounded(let most): decimals = most
        case .mask, .date, .duration: return false
        }
        var (digits, point) = (0, -1)
        for (place, byte) in text.enumerated() {
            if byte &- UInt8(ascii: "0") < 10 {
                digits += 1
            } else if byte == UInt8(ascii: "."), point < 0, place > 0 {
                point = digits
            } else if place > 0 || byte != UInt8(ascii: "-") {
                return false
            }
        }
        return digits > 0 && digits <= 15 && (point < 0 || point > 0 && digits > point && digits - point <= decimals)
    }
}
