package import CSV
import Storage
import Text

/// What the first record says: how the file is written, and what its columns are called.
package struct FileLayout {
    package let format: CSVFormat
    package let hasHeader: Bool
    /// As in the file, trimmed; `1`, `2`, … when the file has no header.
    package let names: [String]
    /// The names made unique: unknown columns are kept under them.
    package let columns: [String]

    /// Reads the first record of the spool.
    /// - Parameters:
    ///   - separator: nil finds it.
    ///   - skippedLines: lines at the start that are not part of the table.
    ///   - isHeader: whether names can be those of the header; the header is the first record near the start that it takes, else
    ///     the first record.
    /// - Throws: `FileFailure`.
    package init(
        _ upload: SpooledUpload, separator: UInt8? = nil, hasHeader: Bool = true, skippedLines: Int = 0,
        limits: FileLimits, isHeader: ([String]) -> Bool = { _ in true }
    ) throws {
        self.hasHeader = hasHeader
        let start = try FileStart(upload, separator: separator, limits)
        let found = hasHeader ? try start.format(skippingLines: skippedLines, toHeader: isHeader) : nil
        format = found ?? start.format(skippingLines: skippedLines)
        let reader = CSVReader(format: format, upload.spool)
        guard let first = try reader.nextRow() else { throw FileFailure.noRecords }
        try Self.refuseUnreadable(first)
        names = hasHeader ? first.names : (1...first.count).map(String.init)
        columns = Self.unique(names)
    }

    /// Separator and line ends, found in the first bytes.
    /// - Parameter isHeader: as of `init`: what stands above the header is skipped.
    package static func format(
        _ upload: SpooledUpload, _ limits: FileLimits, isHeader: ([String]) -> Bool = { _ in true }
    ) throws -> CSVFormat {
        let start = try FileStart(upload, separator: nil, limits)
        return try start.format(skippingLines: 0, toHeader: isHeader) ?? start.format(skippingLines: 0)
    }

    private static func refuseUnreadable(_ header: CSVRecord) throws {
        if header.raw.contains(0) { throw FileFailure.headerHasNUL(line: header.line) }
        if StackedMarks.areIn(header.raw) { throw FileFailure.headerHasStackedMarks(line: header.line) }
        if let problem = header.problem { throw FileFailure.headerIsMalformed(line: header.line, problem: problem) }
    }

    /// Empty names get a number, repeated ones a suffix.
    package static func unique(_ names: [String]) -> [String] {
        // Names of which `original_data` makes another use are taken.
        var seen: Set<String> = ["_line", "_extra", "_mapped"]
        // The last suffix of each name: a file may have half a million columns of one name.
        var suffixes: [String: Int] = [:]
        return names.enumerated().map { index, name in
            let base = name.isEmpty ? "column_\(index + 1)" : name
            var candidate = base
            while !seen.insert(candidate).inserted {
                let suffix = suffixes[base, default: 1] + 1
                suffixes[base] = suffix
                candidate = "\(base)_\(suffix)"
            }
            return candidate
        }
    }
}
