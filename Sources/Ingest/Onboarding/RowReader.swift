import CSV
import Catalog
import Tabular

/// One data row of an upload; valid until the reader moves on. Holds no reference, so that a row costs no counting.
package struct SourceRow {
    /// 1 is the first data record.
    package let number: Int
    let record: CSVRecord
    let content: Content

    enum Content {
        case product(ProductRow)
        case malformed(Malformation)
    }
}

/// Why a record cannot be split into the fields of the header.
enum Malformation {
    case csv(CSVProblem)
    case nul
    case notUTF8
    case fieldCount(Int, expected: Int)

    /// In words for the vendor.
    var error: RowError { RowError(.malformedRow, message) }

    var message: String {
        switch self {
        case .csv(let problem): problem.words
        case .nul: "Row contains a NUL byte"
        case .notUTF8: "Row is not valid UTF-8"
        case .fieldCount(let count, let expected): "Row has \(count) fields, the header has \(expected)"
        }
    }
}

/// Reads the rows of a spooled upload in file order, as often as needed: every reading gives the same rows.
package final class RowReader {
    let layout: ProductLayout
    private let csv: CSVReader
    private let hasDamagedText: Bool
    private var mapper: RowMapper?
    private var number = 0
    /// Field and column of every field the file has.
    private let positions: [(field: Int, position: Int)]
    private let columnCount: Int
    private let values: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>
    /// Where values live that are not as in the file: escaped quotes collapsed, columns mapped.
    private var scratch: UnsafeMutableRawBufferPointer

    /// Bytes of the spool parsed so far: for progress.
    var bytesConsumed: Int { csv.bytesConsumed }

    /// - Parameter read: gives the text from its beginning.
    package init(
        _ layout: ProductLayout, hasDamagedText: Bool = false,
        read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws {
        self.layout = layout
        self.hasDamagedText = hasDamagedText
        csv = CSVReader(format: layout.format, read: read)
        positions = layout.positions.enumerated().compactMap { field, position in position.map { (field, $0) } }
        columnCount = layout.columns.count
        mapper = layout.mapping.map { RowMapper($0, columns: layout.columns, style: layout.numbers) }
        values = .allocate(capacity: ProductField.allCases.count)
        values.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
        scratch = .allocate(byteCount: 1 << 12, alignment: 1)
        if layout.hasHeader { _ = try csv.next() }
    }

    convenience init(_ upload: SpooledUpload, _ layout: ProductLayout) throws {
        try self.init(layout, hasDamagedText: upload.hasDamagedText, read: upload.spool.reader())
    }

    deinit {
        values.deallocate()
        scratch.deallocate()
    }

    package func next() throws -> SourceRow? {
        while let record = try csv.next() {
            number += 1
            if let malformation = malformation(of: record) {
                return SourceRow(number: number, record: record, content: .malformed(malformation))
            }
            if layout.mapping != nil {
                guard mapValues(of: record) else { continue }
            } else {
                takeValues(of: record)
            }
            return SourceRow(number: number, record: record, content: .product(ProductRow(values: .init(values))))
        }
        return nil
    }

    /// Calls `body` with each value that the mapping is to read as a number: see `RowMapper.forEachNumber`.
    func forEachNumber(_ body: (_ row: Int, ProductField, String, _ isOpen: Bool) throws -> Void) throws {
        while let record = try csv.next() {
            number += 1
            guard malformation(of: record) == nil else { continue }
            let row = number
            try mapper?.forEachNumber(rowNumber: row, cells(of: record)) { try body(row, $0, $1, $2) }
        }
    }

    private func cells(of record: CSVRecord) -> (Int) -> String {
        let nothing = layout.mapping?.nullWords ?? []
        return { column in
            let cell = record[column].string.trimmingASCIIBlanks()
            return nothing.contains(cell) ? "" : cell
        }
    }

    private func malformation(of record: CSVRecord) -> Malformation? {
        if let problem = record.problem { return .csv(problem) }
        if hasDamagedText {
            if record.raw.contains(0) { return .nul }
            if !UTF8Scanner.isValid(record.raw) { return .notUTF8 }
        }
        return record.count == columnCount ? nil : .fieldCount(record.count, expected: columnCount)
    }

    private func takeValues(of record: CSVRecord) {
        var used = 0
        for (field, position) in positions {
            let text = record.text(position)
            if Self.isBare(text) {
                values[field] = text
                continue
            }
            let cell = record[position]
            values[field] = cell.hasEscapes ? collapse(cell, of: record, &used) : cell.bytes.trimmed
        }
    }

    /// Whether a value has neither quotes nor blanks around it: a byte that comes after both begins it, as nearly always.
    @inline(__always)
    private static func isBare(_ text: UnsafeRawBufferPointer) -> Bool {
        !text.isEmpty && text[0] > UInt8(ascii: "\"") && text[text.count - 1] > 0x20
    }

    /// Copies a value without its doubled quotes into the scratch, which holds a whole record.
    private func collapse(_ cell: CSVField, of record: CSVRecord, _ used: inout Int) -> UnsafeRawBufferPointer {
        if used == 0 { reserveScratch(record.raw.count) }
        let start = used
        used += cell.unescape(into: UnsafeMutableRawBufferPointer(rebasing: scratch[start...]))
        return UnsafeRawBufferPointer(rebasing: scratch[start..<used]).trimmed
    }

    private func mapValues(of record: CSVRecord) -> Bool {
        guard let mapped = mapper?.map(rowNumber: number, cells(of: record)) else { return false }
        reserveScratch(mapped.reduce(0) { $0 + $1.utf8.count })
        var used = 0
        for (field, var text) in mapped.enumerated() {
            let start = used
            text.withUTF8 { bytes in
                scratch[start...].copyBytes(from: bytes)
                used += bytes.count
            }
            values[field] = UnsafeRawBufferPointer(rebasing: scratch[start..<used])
        }
        return true
    }

    private func reserveScratch(_ count: Int) {
        guard scratch.count < count else { return }
        scratch.deallocate()
        scratch = .allocate(byteCount: count * 2, alignment: 1)
    }
}

extension UnsafeRawBufferPointer {
    /// Without ASCII blanks at either end.
    @inline(__always)
    var trimmed: UnsafeRawBufferPointer {
        if isEmpty || (self[0] > 0x20 && self[count - 1] > 0x20) { return self }
        var start = 0
        var end = count
        while start < end, self[start].isASCIIBlank { start += 1 }
        while end > start, self[end - 1].isASCIIBlank { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
