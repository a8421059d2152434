import Text

/// What is wrong with a value, in words for the vendor.
extension ProductField {
    /// What a value has to be, for whoever fills in a file.
    package var ruleInWords: String {
        switch rule {
        case .text(let limit): "Text of at most \(limit) characters"
        case .category: "One of the approved categories, exactly as listed"
        case .webAddress(let limit): "An address that begins with http:// or https://, at most \(limit) characters"
        case .number(let rule, _) where rule.scale == 0:
            "A whole number from \(rule.text(rule.minimum)) to \(rule.text(rule.maximum))"
        case .number(let rule, _):
            "A number from \(rule.text(rule.minimum)) to \(rule.text(rule.maximum)) with at most \(rule.scale) decimals"
        }
    }

    /// A number is none, or beyond its bounds.
    func message(_ violation: DecimalRule.Violation, _ value: UnsafeRawBufferPointer) -> String {
        guard let texts = Self.numberTexts[rawValue] else { preconditionFailure("\(column) is not a number") }
        switch violation {
        case .notANumber: return texts.notANumber + RowError.quoted(value)
        case .tooSmall: return texts.tooSmall
        case .tooLarge: return texts.tooLarge
        }
    }

    /// What is the same in each row, put together once.
    private static let numberTexts = allCases.map {
        field -> (notANumber: String, tooSmall: String, tooLarge: String)? in
        guard case .number(let rule, let name) = field.rule else { return nil }
        let subject = name ?? field.column
        let (minimum, maximum) = (rule.text(rule.minimum), rule.text(rule.maximum))
        if rule.scale == 0 {
            let bounds = "\(subject) must be between \(minimum) and \(maximum)"
            return ("\(subject) must be a whole number: ", bounds, bounds)
        }
        return (
            "\(subject) must be a number with at most \(rule.scale) decimals: ",
            "\(subject) must be at least \(minimum)", "\(subject) must be at most \(maximum)"
        )
    }

    /// A text is longer than it may be.
    func tooLong(_ value: UnsafeRawBufferPointer) -> String {
        Self.tooLongTexts[rawValue] + String(value.codePoints) + ")"
    }

    private static let tooLongTexts = allCases.map { field in
        "\(field.column) must be at most \(field.rule.maximumLength ?? 0) characters (got "
    }

    var isMissing: String { Self.missingTexts[rawValue] }

    private static let missingTexts = allCases.map { "Required field is missing: \($0.column)" }

    func isNoWebAddress(_ value: UnsafeRawBufferPointer) -> String {
        "\(column) must be an http or https URL: \(RowError.quoted(value))"
    }

    func isNotApproved(_ value: UnsafeRawBufferPointer, suggestion: String?) -> String {
        let hint = suggestion.map { " (did you mean '" + Invisible.shown($0) + "'?)" } ?? ""
        return "Category is not approved: " + RowError.quoted(value) + hint
    }
}

extension DecimalRule {
    /// A bound as a person writes it: `12.50` for 1250 hundredths, `0` for none.
    func text(_ units: Int) -> String {
        guard scale > 0, units != 0 else { return String(units) }
        let digits = String(units)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}

extension UnsafeRawBufferPointer {
    /// Every byte but a UTF-8 continuation byte (10xxxxxx) begins a code point.
    var codePoints: Int {
        var continuations = 0
        var index = 0
        while index &+ 8 <= count {
            let eight = loadUnaligned(fromByteOffset: index, as: UInt64.self)
            continuations &+= ((eight &>> 7) & ~(eight &>> 6) & 0x0101_0101_0101_0101).nonzeroBitCount
            index &+= 8
        }
        while index < count {
            continuations &+= self[index] & 0xC0 == 0x80 ? 1 : 0
            index &+= 1
        }
        return count &- continuations
    }

    /// No text has more code points than bytes, so that nearly every value is decided by its size.
    func isLonger(than limit: Int) -> Bool { count > limit && codePoints > limit }
}
