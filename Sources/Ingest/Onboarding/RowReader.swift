package import CSV
import Catalog
import Storage
package import Tabular
import Text

/// One data row of an upload; valid until the reader moves on. Holds no reference, so that a row costs no counting.
package struct SourceRow {
    /// 1 is the first data record.
    package let number: Int
    let record: CSVRecord
    let content: Content
    /// Trimmed UTF-8 of each attribute of the layout, empty where there is none.
    var attributes = UnsafeBufferPointer<UnsafeRawBufferPointer>(start: nil, count: 0)

    enum Content {
        case product(ProductRow)
        case malformed(Malformation)
    }
}

/// Why a record cannot be split into the fields of the header.
enum Malformation {
    case csv(CSVProblem)
    /// May be part of a value of an earlier row.
    case doubtful(row: Int)
    case nul
    case notUTF8
    case stackedMarks
    case fieldCount(Int, expected: Int)

    /// Whether a quotation mark is not closed.
    var isOpenQuote: Bool {
        if case .csv(let problem) = self, case .unterminatedQuote = problem { true } else { false }
    }

    /// In words for the vendor.
    var error: RowError { RowError(.malformedRow, message) }

    var message: String {
        switch self {
        case .doubtful(let row): "Row may be part of a value of row \(row), where a quote is unbalanced"
        case .csv(let problem): problem.words
        case .nul: "Row contains a NUL byte"
        case .notUTF8: "Row is not valid UTF-8"
        case .stackedMarks: "Row has more than 30 accents on one letter"
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
    /// The last row with an unbalanced quote.
    private var unbalancedRow = 0
    /// Field and column of every field the file has.
    private let positions: [(field: Int, position: Int)]
    private let columnCount: Int
    /// Whether a row is malformed only by its quotes or the number of its fields.
    private let takesRowsAsTheyAre: Bool
    private let values = ProductValues()
    /// Columns of attributes, without a mapping.
    private let attributePositions: [Int]
    private let attributes: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>
    /// Where values live that are not as in the file: escaped quotes collapsed, columns mapped.
    private var scratch: UnsafeMutableRawBufferPointer
    /// Where keys live that had another form than the canonical one.
    private let canonical: UnsafeMutableRawBufferPointer

    /// Fields whose values have a canonical form.
    private let keys = [ProductField.sku, .vendorProductID, .category].map(\.rawValue)

    /// Bytes of the spool parsed so far: for progress.
    var bytesConsumed: Int { csv.bytesConsumed }

    /// - Parameter csv: the text from its beginning, in the layout's format.
    package init(_ layout: ProductLayout, hasDamagedText: Bool = false, csv: CSVReader) throws {
        self.layout = layout
        self.hasDamagedText = hasDamagedText
        self.csv = csv
        positions = layout.positions.enumerated().compactMap { field, position in position.map { (field, $0) } }
        columnCount = layout.columns.count
        mapper = layout.mapping.map { RowMapper($0, layout) }
        takesRowsAsTheyAre = !hasDamagedText && layout.mapping == nil
        attributePositions = layout.mapping == nil ? layout.attributes.flatMap(\.positions) : []
        attributes = .allocate(capacity: layout.attributes.count)
        attributes.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
        scratch = .allocate(byteCount: 1 << 12, alignment: 1)
        canonical = .allocate(byteCount: keys.count * CanonicalKey.mostBytes, alignment: 1)
        if layout.hasHeader { _ = try csv.nextRow() }
    }

    package convenience init(_ upload: SpooledUpload, _ layout: ProductLayout) throws {
        try self.init(
            layout, hasDamagedText: upload.hasDamagedText, csv: CSVReader(format: layout.format, upload.spool))
    }

    deinit {
        values.deallocate()
        attributes.deallocate()
        scratch.deallocate()
        canonical.deallocate()
    }

    package func next() throws -> SourceRow? {
        while let record = try csv.next() {
            guard holdsValue(record) else { continue }
            number += 1
            if !isOrdinary(record), let malformation = malformation(of: record) {
                return SourceRow(number: number, record: record, content: .malformed(malformation))
            }
            if layout.mapping != nil {
                guard mapValues(of: record) else { continue }
            } else {
                takeValues(of: record)
            }
            return SourceRow(
                number: number, record: record, content: .product(ProductRow(values)),
                attributes: .init(attributes))
        }
        return nil
    }

    /// Calls `body` with each value that the mapping is to read as a number: see `RowMapper.forEachNumber`.
    func forEachNumber(_ body: (_ row: Int, ProductField, String, _ isOpen: Bool) throws -> Void) throws {
        while let record = try csv.next() {
            guard holdsValue(record) else { continue }
            number += 1
            guard malformation(of: record) == nil else { continue }
            let row = number
            try mapper?.forEachNumber(rowNumber: row, cells(of: record)) { try body(row, $0, $1, $2) }
        }
    }

    private func cells(of record: CSVRecord) -> (Int) -> String {
        let nothing = layout.mapping?.nullWords ?? []
        let isGuarded = layout.mapping?.guarded ?? false
        return { column in
            let written = column < record.count ? CellText.string(record[column]) : ""
            let cell = isGuarded ? CellText.unguarded(written) : written
            return nothing.contains(cell) ? "" : cell
        }
    }

    /// A row without a value does not count. The first byte of nearly every row decides.
    @inline(__always)
    private func holdsValue(_ record: CSVRecord) -> Bool {
        let separator = layout.format.separator
        if let first = record.raw.first, first &- 0x23 < 0x5C, first != separator, first != UInt8(ascii: "=") {
            return true
        }
        return record.holdsValue(separator: separator)
    }

    /// Whether a record is a row with nothing more to be looked at, as nearly every one is.
    @inline(__always)
    private func isOrdinary(_ record: CSVRecord) -> Bool {
        takesRowsAsTheyAre && record.count == columnCount && record.problem == nil
    }

    private func malformation(of record: CSVRecord) -> Malformation? {
        if let problem = record.problem { return malformation(problem) }
        if hasDamagedText {
            if record.raw.contains(0) { return .nul }
            if !UTF8Scanner.isValid(record.raw) { return .notUTF8 }
        }
        // A mapping compares texts.
        if layout.mapping != nil, StackedMarks.areIn(record.raw) { return .stackedMarks }
        if record.count == columnCount || fits(record) { return nil }
        return .fieldCount(record.count, expected: columnCount)
    }

    private func malformation(_ problem: CSVProblem) -> Malformation {
        switch problem {
        case .insideQuote: return .doubtful(row: unbalancedRow)
        case .textAfterQuote, .unterminatedQuote: unbalancedRow = number
        case .recordTooLong: break
        }
        return .csv(problem)
    }

    /// Surplus cells may be there if they are empty, and cells at the end may be missing if nothing required would be there.
    private func fits(_ record: CSVRecord) -> Bool {
        guard record.count > columnCount else { return record.count >= layout.fewestCells }
        return (columnCount..<record.count).allSatisfy { CellText.string(record[$0]).isEmpty }
    }

    private func takeValues(of record: CSVRecord) {
        var used = 0
        let (starts, sizes) = (values.starts, values.sizes)
        for (field, position) in positions {
            // The same comparison as in `text`, so that it is made once.
            guard UInt(bitPattern: position) < UInt(bitPattern: record.count) else {
                values[field] = UnsafeRawBufferPointer(start: nil, count: 0)
                continue
            }
            let text = record.text(position)
            if let start = text.baseAddress, Self.isBare(start, text.count) {
                starts[field] = start
                sizes[field] = Int32(truncatingIfNeeded: text.count)
            } else {
                takeValue(of: record, at: position, as: field, &used)
            }
        }
        for (index, position) in attributePositions.enumerated() {
            attributes[index] =
                position < record.count
                ? value(record[position], of: record, &used) : UnsafeRawBufferPointer(start: nil, count: 0)
        }
        canonicalizeKeys()
    }

    // Not inline, so that the registers are for the other values.
    @inline(never)
    private func takeValue(of record: CSVRecord, at position: Int, as field: Int, _ used: inout Int) {
        values[field] = value(record[position], of: record, &used)
    }

    /// Whether a value is all of the field: visible ASCII that is greater than a quote stands at both ends, as nearly always.
    /// Behind an empty field stands a separator or a line end, which decides whether it is looked at closely: no branch.
    @inline(__always)
    private static func isBare(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
        let last = count &- (count == 0 ? 0 : 1)
        return start.load(as: UInt8.self) &- 0x23 < 0x5C
            && start.load(fromByteOffset: last, as: UInt8.self) &- 0x23 < 0x5C
    }

    private func value(_ cell: CSVField, of record: CSVRecord, _ used: inout Int) -> UnsafeRawBufferPointer {
        CellText.value(cell.hasEscapes ? collapse(cell, of: record, &used) : cell.bytes)
    }

    private func canonicalizeKeys() {
        for (slot, key) in keys.enumerated() {
            let text = values[key]
            guard !text.isASCII, text.count <= CanonicalKey.longest else { continue }
            var form = CanonicalKey.form(String(decoding: text, as: UTF8.self))
            let place = slot * CanonicalKey.mostBytes
            values[key] = form.withUTF8 { bytes in
                canonical[place...].copyBytes(from: bytes)
                return UnsafeRawBufferPointer(rebasing: canonical[place..<(place + bytes.count)])
            }
        }
    }

    /// Copies a value without its doubled quotes into the scratch, which holds a whole record.
    private func collapse(_ cell: CSVField, of record: CSVRecord, _ used: inout Int) -> UnsafeRawBufferPointer {
        if used == 0 { reserveScratch(record.raw.count) }
        let start = used
        used += cell.unescape(into: UnsafeMutableRawBufferPointer(rebasing: scratch[start...]))
        return UnsafeRawBufferPointer(rebasing: scratch[start..<used])
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
            let value = CellText.value(UnsafeRawBufferPointer(rebasing: scratch[start..<used]))
            let fields = ProductField.allCases.count
            if field < fields { values[field] = value } else { attributes[field - fields] = value }
        }
        canonicalizeKeys()
        return true
    }

    private func reserveScratch(_ count: Int) {
        guard scratch.count < count else { return }
        scratch.deallocate()
        scratch = .allocate(byteCount: count * 2, alignment: 1)
    }
}
