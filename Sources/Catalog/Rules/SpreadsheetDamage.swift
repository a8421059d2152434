import Text

/// Keys that a spreadsheet has changed: nobody calls a product `4.00639E+12`, `#N/A` or `2-Mar`. They are loaded, since only the
/// vendor knows, with a warning, since twelve products may have become one.
package enum SpreadsheetDamage {
    private static let months: Set<[UInt8]> = Set(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mrz Mai Okt Dez".split(separator: " ").map { Array($0.utf8) })

    /// Appends a warning for each key of the row that looks like that.
    package static func check(_ row: ProductRow, into errors: inout [RowError]) {
        for field: ProductField in [.vendorProductID, .sku] where isLikely(row[field]) {
            guard ProductRules.isUsableKey(row[field]) else { continue }
            let message =
                "\(field.column) looks as if a spreadsheet had changed it: '\(Invisible.shown(row.text(field)))'"
            errors.append(RowError(.suspiciousKey, message, field: field, rejectedValue: row.text(field)))
        }
    }

    /// Whether a key of the row looks like that.
    package static func isLikely(in row: ProductRow) -> Bool { isLikely(row[.vendorProductID]) || isLikely(row[.sku]) }

    static func isLikely(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count > 1 else { return false }
        switch key[0] {
        case UInt8(ascii: "#"): return isErrorValue(key)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return isRounded(key) || isDayOfMonth(key)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return isMonthOfYear(key)
        default: return false
        }
    }

    /// `#N/A`, `#NAME?`, `#WERT!`, and a number whose column is too narrow: `########`.
    private static func isErrorValue(_ key: UnsafeRawBufferPointer) -> Bool {
        let name = key.dropFirst()
        if name.allSatisfy({ $0 == UInt8(ascii: "#") }) { return true }
        if name.elementsEqual("N/A".utf8) || name.elementsEqual("NV".utf8) { return true }
        guard name.count > 1, let last = name.last, last == UInt8(ascii: "!") || last == UInt8(ascii: "?") else {
            return false
        }
        return name.dropLast().allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte.isDigit || byte == UInt8(ascii: "/")
                || byte >= 0x80
        }
    }

    /// `4.00639E+12`, `4,1E+09`, `1.20E-04`.
    private static func isRounded(_ key: UnsafeRawBufferPointer) -> Bool {
        guard let sign = key.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }), sign >= 2,
            key[sign - 1] == UInt8(ascii: "E")
        else { return false }
        let exponent = key[(sign + 1)...]
        let mantissa = key[..<(sign - 1)].dropFirst()
        guard (2...3).contains(exponent.count), exponent.allSatisfy(\.isDigit) else { return false }
        // Somebody may well call a product `4E-12`.
        guard let mark = mantissa.first else { return key[sign] == UInt8(ascii: "+") }
        let decimals = mantissa.dropFirst()
        return (mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",")) && !decimals.isEmpty
            && decimals.allSatisfy(\.isDigit)
    }

    /// `2-Mar`, `02. Mrz`.
    private static func isDayOfMonth(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count <= 7, key.count >= 5, months.contains(Array(key.suffix(3))) else { return false }
        let day = key.dropLast(3)
        let digits = day.prefix { $0.isDigit }
        return digits.count <= 2
            && (day[digits.endIndex...].elementsEqual("-".utf8) || day[digits.endIndex...].elementsEqual(". ".utf8))
    }

    /// `Mar-02`, `Mrz 02`.
    private static func isMonthOfYear(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count == 6, key[3] == UInt8(ascii: "-") || key[3] == UInt8(ascii: " "), key[4].isDigit, key[5].isDigit
        else { return false }
        return months.contains(Array(key.prefix(3)))
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
