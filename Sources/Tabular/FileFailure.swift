import CSV

/// Why a file cannot be read as a table. `FileFailureText.swift` has the words.
package enum FileFailure: Error, Equatable {
    /// No bytes.
    case empty
    /// No header and no rows.
    case noRecords
    /// - Parameters:
    ///   - limit: in bytes.
    ///   - isInflated: whether the limit was met after decompression.
    case tooLarge(limit: Int, isInflated: Bool = false)
    case damagedGzip(reason: String)
    /// A ZIP archive or an Excel workbook.
    case zip
    case headerHasNUL(line: Int)
    case headerIsMalformed(line: Int, problem: CSVProblem)
    case missingColumns([String], found: [String])
    case duplicateColumn(String)
}
