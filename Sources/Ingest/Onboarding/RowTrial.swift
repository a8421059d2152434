import CSV
package import Catalog
import Foundation
package import Postgres
import Storage
import Tabular

/// Checks single rows by the rules of a load, without one: rules 1 to 4 and 7 and those of one's own, and 5 and 6 against the catalogue
/// as it is. Whether two of the rows share a key is seen when they are loaded.
package struct RowTrial {
    private let columns: [String]
    private let vendorID: String
    private let mode: UploadMode
    private let emptyCells: EmptyCells
    private let isWorkbook: Bool

    /// - Parameters:
    ///   - columns: of the rows; ours are among them.
    ///   - isWorkbook: whether they are those of a workbook, whose cells may have error values.
    package init(
        columns: [String], vendorID: String, mode: UploadMode, emptyCells: EmptyCells, isWorkbook: Bool = false
    ) {
        (self.columns, self.vendorID, self.mode, self.emptyCells) = (columns, vendorID, mode, emptyCells)
        self.isWorkbook = isWorkbook
    }

    /// - Parameter rows: cells by column.
    /// - Returns: what is wrong with each. A row without a value is none, and nothing is wrong with it.
    package func errors(of rows: [[String: String]], _ session: Session) throws -> [[RowError]] {
        guard !rows.isEmpty else { return [] }
        let limits = FileLimits()
        let source = TextBytes(Self.csv(columns, rows))
        let reader = UploadReader(limits: limits, declaredEncoding: try TextEncoding.known("utf-8")) {
            ProductLayout.isHeader($0, nil, mode)
        }
        let spooled = try reader.read(source) { _ in }
        let keepsAttributes = try session.vendor(vendorID)?.keepsAttributes ?? false
        let layout = try ProductLayout(
            spooled, mapping: nil, mode: mode, keepsAttributes: keepsAttributes, limits: limits)
        let first = TrialRows(
            session: session, vendorID: vendorID, mode: mode, emptyCells: emptyCells, isWorkbook: isWorkbook,
            comparesRows: false)
        let checked = try first.check(spooled, layout)
        guard checked.count == rows.count else {
            // The reader passes over rows without a value.
            return rows.count == 1 ? [[]] : try rows.flatMap { try errors(of: [$0], session) }
        }
        return checked.map(\.errors)
    }

    /// A file of rows.
    package static func csv(_ columns: [String], _ rows: [[String: String]]) -> [UInt8] {
        var csv = CSVWriter()
        for column in columns { csv.field(column) }
        csv.endRecord()
        return csv.bytes + lines(columns, rows)
    }

    /// The same without a header.
    package static func lines(_ columns: [String], _ rows: [[String: String]]) -> [UInt8] {
        var csv = CSVWriter()
        for row in rows {
            for column in columns { csv.field(row[column] ?? "") }
            csv.endRecord()
        }
        return csv.bytes
    }
}

/// A text in memory.
private final class TextBytes: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var byteCount: Int? { bytes.count }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let piece = bytes[position..<min(position + buffer.count, bytes.count)]
        buffer.copyBytes(from: piece)
        position += piece.count
        return piece.count
    }
}
