import Tabular

/// Corrected rows as a file to be loaded: CSV, or a workbook where they came in one. Only a workbook's cells can be error values such
/// as `#N/A`, which are a text like any other in CSV; one that nobody corrected would be loaded as that.
package final class CorrectedFile {
    private static let together = 1000

    private let columns: [String]
    private let workbook: WorkbookWriter?
    private let sink: Sink
    private var rows: [[String: String]] = []
    private var count = 0

    private final class Sink {
        var pieces: [[UInt8]] = []
    }

    package init(columns: [String], isWorkbook: Bool) throws {
        let sink = Sink()
        (self.columns, self.sink) = (columns, sink)
        workbook = isWorkbook ? WorkbookWriter { sink.pieces.append(Array($0)) } : nil
        try workbook?.beginSheet(.init("Corrected rows", columns: columns.map { _ in (12, .plain) }))
        try workbook?.row(columns.map { .text($0, .header) })
        if !isWorkbook { sink.pieces.append(RowTrial.csv(columns, [])) }
    }

    /// - Parameter row: cells by column.
    package func add(_ row: [String: String]) throws {
        count += 1
        if let workbook { return try workbook.row(columns.map { .text(row[$0] ?? "") }) }
        rows.append(row)
        if rows.count == Self.together { flush() }
    }

    private func flush() {
        sink.pieces.append(RowTrial.lines(columns, rows))
        rows = []
    }

    /// - Returns: the pieces of the file; nil if it has no row.
    package func finish() throws -> [[UInt8]]? {
        guard count > 0 else { return nil }
        if let workbook { try workbook.finish() } else { flush() }
        return sink.pieces
    }
}
