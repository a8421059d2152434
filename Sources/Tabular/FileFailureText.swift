package import CSV
import Text

// The words of this module's failures, safe to show whoever sent the file.

extension FileFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "The file is empty (0 bytes)."
        case .noRecords: "The file has no header and no rows."
        case .tooLarge(let limit, let isInflated):
            "The file is larger than \(Self.size(limit))\(isInflated ? " when decompressed" : ""): split it into smaller files."
        case .damagedGzip(let reason): "The gzip file cannot be decompressed: \(reason). Nothing was loaded."
        case .damagedArchive(let reason):
            "The ZIP archive cannot be read: \(reason). Make it again, or send the file in it."
        case .damagedWorkbook(let reason):
            "The Excel workbook cannot be read: \(reason). Open it in Excel, save it as .xlsx once more, and send that."
        case .damagedJSON(let reason):
            "The JSON cannot be read: \(reason). Send an array of objects, or one object in each line."
        case .severalFiles(let names):
            "The ZIP archive has \(names.count) files (\(Self.list(names))): send one file, or an archive of one."
        case .noSuchSheet(let name, let found):
            "The workbook has no sheet '\(Invisible.shown(name))': it has \(Self.list(found))."
        case .emptyWorkbook: "The workbook has no visible sheet with rows."
        case .otherKind(let kind, let remedy): "The file is \(kind): \(remedy)"
        case .noSuchEncoding(let name): "The file cannot be read: \(TextEncoding.remedy(name))."
        case .improbableEncoding(let example):
            "The file is not UTF-8, and read as Windows-1252 it has words of no language ('\(example)'): save it as UTF-8, "
                + "or name its encoding."
        case .encodedTwice(let page, let written, let meant):
            "The text is UTF-8 that was read as \(page) and saved again ('\(Invisible.shown(written))' stands for '\(meant)'): "
                + "open the original file as UTF-8, and save it as UTF-8."
        case .headerHasNUL(let line):
            "The header (line \(line)) contains NUL bytes, the file is not CSV text: save it as CSV in UTF-8."
        case .headerHasStackedMarks(let line):
            "The header (line \(line)) has more than 30 accents on one letter, the file is not CSV text: name the columns otherwise."
        case .headerIsMalformed(let line, let problem):
            "The header (line \(line)) cannot be read: \(problem.words)."
        case .missingColumns(let missing, let found): Self.missing(missing, found)
        case .duplicateColumn(let name): "Column occurs twice in the header: \(Invisible.shown(name)). Remove one."
        }
    }

    private static func size(_ limit: Int) -> String {
        limit > 0 && limit % (1 << 20) == 0 ? "\(limit >> 20) MB" : "\(limit) bytes"
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(5).map { "'\(Invisible.shown(String($0.prefix(60))))'" }.joined(separator: ", ")
        return names.count > 5 ? "\(shown), …" : shown
    }

    private static func missing(_ missing: [String], _ found: [String]) -> String {
        let found = found.map(Invisible.shown)
        let hints = missing.compactMap { name in
            NearName.find(name, among: found).map { " '\($0.prefix(60))': did you mean \(name)?" }
        }
        let columns = found.prefix(40).map { $0.count > 60 ? "\($0.prefix(60))…" : $0 }.joined(separator: ", ")
        let subject = missing.count == 1 ? "Required column is" : "Required columns are"
        return "\(subject) missing from the header: \(missing.joined(separator: ", ")). Found: \(columns)"
            + (hints.isEmpty ? "" : ".") + hints.joined()
    }
}

extension CSVProblem {
    /// What is wrong with a record.
    package var words: String {
        switch self {
        case .textAfterQuote(let field), .unterminatedQuote(let field):
            "Unbalanced quote in field \(field + 1)"
        case .insideQuote: "Row may be part of a value of an earlier row, where a quote is unbalanced"
        case .recordTooLong(let limit): "Row is longer than \(limit) bytes"
        }
    }
}
