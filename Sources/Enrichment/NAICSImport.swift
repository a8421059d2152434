import CSV
package import Postgres
import Storage
import Tabular

/// Reads the files of the Census Bureau as they are published: the table of codes and the index of phrases.
///
/// Their blemishes are known: an empty record before the header and between sectors, titles with a "T" at the end (a mark of
/// the trilateral agreement that lost its superscript) and trailing spaces, and index entries that lead to no code (`******`).
package struct NAICSImport: Sendable {
    /// What a file brought.
    package struct Outcome: Sendable, Equatable, Codable {
        package enum Kind: String, Sendable, Codable { case codes, index }

        package var kind: Kind
        package var rows: Int
        /// Entries without a code, and sectors, which are there already.
        package var skipped: Int
    }

    package init() {}

    /// Loads one file over what was there. Needs a transaction.
    /// - Throws: `EnrichmentFailure` if it is neither file.
    package func load(_ spool: ContactSpool, _ session: Session) throws -> Outcome {
        let reader = CSVReader(format: try FileLayout.format(spool.upload, FileLimits()), spool.upload.spool)
        guard let kind = try Self.kind(reader) else {
            throw EnrichmentFailure(
                "The file is neither the table of NAICS codes (columns '2022 NAICS Code' and '2022 NAICS Title') nor the "
                    + "index (columns 'NAICS22' and 'INDEX ITEM DESCRIPTION') of the Census Bureau.")
        }
        var outcome = Outcome(kind: kind, rows: 0, skipped: 0)
        try session.execute(NAICS.createIncoming)
        try session.copyIn(NAICS.copyIncoming) { writer in
            while let record = try reader.next() {
                guard let entry = Self.entry(record, kind) else {
                    outcome.skipped += 1
                    continue
                }
                writer.field(entry.code)
                writer.field(entry.title)
                try writer.endRow()
            }
        }
        outcome.rows = try session.execute(kind == .codes ? NAICS.insertCodes : NAICS.insertIndex)
        if kind == .codes { try session.execute(NAICS.indexTitles) }
        try session.execute(NAICS.dropIncoming)
        try session.execute(NAICS.weigh)
        return outcome
    }

    private static func kind(_ reader: CSVReader) throws -> Outcome.Kind? {
        for _ in 0..<5 {
            guard let record = try reader.next() else { return nil }
            let header = (0..<record.count).map { record[$0].string.uppercased() }.joined(separator: " ")
            if header.contains("NAICS"), header.contains("INDEX ITEM") { return .index }
            if header.contains("NAICS"), header.contains("TITLE") { return .codes }
        }
        return nil
    }

    private static func entry(_ record: CSVRecord, _ kind: Outcome.Kind) -> (code: String, title: String)? {
        guard record.problem == nil, record.count >= 2 else { return nil }
        let (code, text) = (record[0].string.squeezed, record[1].string.squeezed)
        let digits = kind == .codes ? 2...6 : 6...6
        guard digits.contains(code.utf8.count), code.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.isEmpty
        else {
            return nil
        }
        return (code, kind == .codes ? title(text, code) : text)
    }

    /// Without the mark, which only codes above the industry carry.
    private static func title(_ text: String, _ code: String) -> String {
        guard code.utf8.count < 6, text.hasSuffix("T"), let before = text.dropLast().last,
            before.isLowercase || before == ")"
        else { return text }
        return String(text.dropLast())
    }
}
