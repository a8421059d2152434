package import CSV
import Text

/// What a cell says: its value without quotes, without what surrounds it, and without the formula by which Excel keeps
/// `0012` a text (`="0012"`).
package enum CellText {
    /// - Parameter bytes: the cell without quotes around it.
    package static func value(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let text = bytes.trimmed
        guard text.count >= 3, text[0] == UInt8(ascii: "="), text[1] == quote, text[text.count - 1] == quote else {
            return text
        }
        let inner = UnsafeRawBufferPointer(rebasing: text[2..<(text.count - 1)])
        return inner.contains(quote) ? text : inner.trimmed
    }

    /// The same of a field.
    package static func string(_ field: CSVField) -> String {
        guard field.hasEscapes else { return String(decoding: value(field.bytes), as: UTF8.self) }
        var unescaped: [UInt8] = []
        field.unescape(into: &unescaped)
        return unescaped.withUnsafeBytes { String(decoding: value($0), as: UTF8.self) }
    }

    /// The same of a cell that was unescaped.
    package static func string(_ cell: String) -> String {
        guard cell.utf8.first == UInt8(ascii: "=") else { return cell }
        var cell = cell
        return cell.withUTF8 { String(decoding: value(UnsafeRawBufferPointer($0)), as: UTF8.self) }
    }

    /// Without the `'` that shops put before a text which a spreadsheet would run as a formula.
    package static func unguarded(_ text: String) -> String {
        let start = Array(text.utf8.prefix(2))
        guard start.count == 2, start[0] == UInt8(ascii: "'"), "=+-@".utf8.contains(start[1]) else { return text }
        return String(text.dropFirst())
    }

    private static let quote = UInt8(ascii: "\"")
}

extension CSVRecord {
    /// Whether any cell has a value: a row without one does not count. Of a row with a mistake in its quotes they count as values.
    package func holdsValue(separator: UInt8) -> Bool {
        // The first byte of nearly every row decides.
        for byte in raw {
            if byte > 0x7E { break }
            if byte > 0x22 && byte != separator && byte != UInt8(ascii: "=") { return true }
        }
        if count == 0 { return true }
        return (0..<count).contains { problem == nil ? !CellText.string(self[$0]).isEmpty : !text($0).trimmed.isEmpty }
    }
}

extension CSVRecord {
    /// Whether cells beyond the columns of the header hold anything: empty ones mean nothing, after others it is not known which
    /// cell is whose.
    package func hasSurplus(beyond columns: Int) -> Bool {
        count > columns && (columns..<count).contains { !CellText.string(self[$0]).isEmpty }
    }
}

extension CSVReader {
    /// The next record that has a value.
    package func nextRow() throws -> CSVRecord? {
        while let record = try next() {
            if record.holdsValue(separator: format.separator) { return record }
        }
        return nil
    }
}
