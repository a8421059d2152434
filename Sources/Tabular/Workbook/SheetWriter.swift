import CSV

/// Writes a line for each row of the sheet, also for those that it does not have.
struct SheetWriter {
    /// Rows are filled up to the widest one before, up to so many columns.
    private static let mostFilledColumns = 1024

    private var csv = CSVWriter(lineEnding: .lf)
    private let headerRow: Int
    private let limit: Int
    private var written = 0
    private var lines = 0
    private var widest = 0
    private(set) var hiddenRows = 0

    init(headerRow: Int, limit: Int) {
        (self.headerRow, self.limit) = (headerRow, limit)
    }

    mutating func add(_ row: SheetRow, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
        while lines < row.number - 1 { endLine() }
        if row.isHidden, !row.isEmpty { hiddenRows += 1 }
        if !row.isHidden { addCells(row) }
        endLine()
        if csv.bytes.count > 1 << 17 { try finish(write) }
    }

    mutating func finish(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
        written += csv.bytes.count
        guard written <= limit else { throw FileFailure.tooLarge(limit: limit, isInflated: true) }
        try csv.bytes.withUnsafeBytes(write)
        csv.bytes.removeAll(keepingCapacity: true)
    }

    private mutating func endLine() {
        csv.endRecord()
        lines += 1
    }

    private mutating func addCells(_ row: SheetRow) {
        guard !row.isEmpty else { return }
        widest = max(widest, min(row.width, Self.mostFilledColumns))
        row.bytes.withUnsafeBytes { bytes in
            var column = 0
            for cell in row.cells {
                fill(&column, to: cell.column)
                addValue(UnsafeRawBufferPointer(rebasing: bytes[cell.range]), isHead: row.number <= headerRow)
                column += 1
            }
            fill(&column, to: widest)
        }
    }

    private mutating func fill(_ column: inout Int, to end: Int) {
        while column < end {
            csv.field(UnsafeRawBufferPointer(start: nil, count: 0))
            column += 1
        }
    }

    /// Up to the header each row is one line: names have no line breaks, and lines above it are passed over.
    private mutating func addValue(_ value: UnsafeRawBufferPointer, isHead: Bool) {
        guard isHead, value.contains(where: { $0 < 0x20 }) else { return csv.field(value) }
        value.map { $0 < 0x20 ? 0x20 : $0 }.withUnsafeBytes { csv.field($0) }
    }
}
