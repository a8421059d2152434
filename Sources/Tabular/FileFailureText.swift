import CSV

// The words of this module's failures, safe to show whoever sent the file.

extension FileFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "The file is empty (0 bytes)."
        case .noRecords: "The file has no header and no rows."
        case .tooLarge(let limit, let isInflated):
            "The file is larger than \(Self.size(limit))\(isInflated ? " when decompressed" : ""): split it into smaller files."
        case .damagedGzip(let reason): "The gzip file cannot be decompressed: \(reason). Nothing was loaded."
        case .zip: "The file is a ZIP archive or an Excel workbook: export it as CSV."
        case .headerHasNUL(let line):
            "The header (line \(line)) contains NUL bytes, the file is no CSV text: save it as CSV in UTF-8."
        case .headerIsMalformed(let line, let problem):
            "The header (line \(line)) cannot be read: \(problem.words)."
        case .missingColumns(let missing, let found): Self.missing(missing, found)
        case .duplicateColumn(let name): "Column occurs twice in the header: \(name). Remove one."
        }
    }

    private static func size(_ limit: Int) -> String {
        let megabytes = limit / 1024 / 1024
        return megabytes > 0 ? "\(megabytes) MB" : "\(limit) bytes"
    }

    private static func missing(_ missing: [String], _ found: [String]) -> String {
        let found = found.prefix(40).map { $0.count > 60 ? "\($0.prefix(60))…" : $0 }.joined(separator: ", ")
        let subject = missing.count == 1 ? "Required column is" : "Required columns are"
        return "\(subject) missing from the header: \(missing.joined(separator: ", ")). Found: \(found)"
    }
}

extension CSVProblem {
    /// What is wrong with a record.
    package var words: String {
        switch self {
        case .strayQuote(let field), .textAfterQuote(let field), .unterminatedQuote(let field):
            "Unbalanced quote in field \(field + 1)"
        case .recordTooLong(let limit): "Row is longer than \(limit) bytes"
        }
    }
}
