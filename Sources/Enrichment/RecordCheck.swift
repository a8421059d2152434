import CSV
import Tabular

/// Finds the records of a CSV that nobody is to be asked about, because their cells may not be what their columns say: an answer about
/// somebody else would be paid for.
struct RecordCheck {
    private let columnCount: Int
    /// Of the last record with an unbalanced quote.
    private var unbalancedLine = 0

    init(columnCount: Int) {
        self.columnCount = columnCount
    }

    /// - Parameter record: each one of the file, in its order.
    /// - Returns: why, in words for the sender; nil if all is well. Whatever has no place in the columns is in it.
    mutating func problem(of record: CSVRecord) -> String? {
        switch record.problem {
        case .insideQuote:
            "Line \(record.line) may be part of a value of line \(unbalancedLine), where a quote is unbalanced"
        case .recordTooLong(let limit): "Line \(record.line) is longer than \(limit) bytes"
        case .textAfterQuote, .unterminatedQuote: unbalanced(record)
        case nil: surplus(record)
        }
    }

    private mutating func unbalanced(_ record: CSVRecord) -> String {
        unbalancedLine = record.line
        return "Line \(record.line) has an unbalanced quote: \(Self.text(record))"
    }

    /// Surplus cells may be there if they are empty.
    private func surplus(_ record: CSVRecord) -> String? {
        guard record.hasSurplus(beyond: columnCount) else { return nil }
        return "Line \(record.line) has \(record.count) fields, the header has \(columnCount): \(Self.text(record))"
    }

    private static func text(_ record: CSVRecord) -> String { String(decoding: record.raw, as: UTF8.self).storable }
}
