import CSV

@testable import Storage
@testable import Tabular

/// A file in memory.
final class BytesInMemory: ByteSource {
    private let bytes: [UInt8]
    private let piece: Int
    private var place = 0
    var byteCount: Int? { nil }

    init(_ bytes: [UInt8], piece: Int = .max) {
        (self.bytes, self.piece) = (bytes, piece)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = min(buffer.count, piece, bytes.count - place)
        buffer.copyBytes(from: bytes[place..<(place + count)])
        place += count
        return count
    }
}

extension SpooledUpload {
    /// The whole text.
    var content: String {
        get throws { String(decoding: try spool.bytes(at: 0, count: spool.byteCount), as: UTF8.self) }
    }

    /// Line and cells of each row that is not blank, without empty cells at the end.
    var rows: [(line: Int, cells: [String])] {
        get throws {
            let layout = try FileLayout(self, limits: FileLimits())
            let reader = CSVReader(format: layout.format, spool)
            var rows: [(Int, [String])] = []
            while let record = try reader.nextRow() {
                var cells = (0..<record.count).map { record[$0].string }
                while cells.last == "" { cells.removeLast() }
                rows.append((record.line, cells))
            }
            return rows
        }
    }
}

/// Workbooks with what no writer puts into them.
enum Craft {
    /// A workbook of one sheet.
    /// - Parameters:
    ///   - rows: what stands in `sheetData`.
    ///   - behind: what stands behind it.
    static func workbook(
        _ rows: String, behind: String = "", strings: String? = nil, styles: String? = nil, properties: String = "",
        sheets: [(name: String, state: String, rows: String)] = [], files: [(String, String)] = []
    ) throws -> [UInt8] {
        let all = [("Table", "visible", rows)] + sheets
        var parts = [
            ("[Content_Types].xml", "<Types/>"),
            (
                "_rels/.rels",
                "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='/xl/workbook.xml'/></Relationships>"
            ),
            (
                "xl/workbook.xml",
                "<workbook xmlns:r='r'>\(properties)<sheets>"
                    + all.enumerated().map {
                        "<sheet name='\($1.0)' sheetId='\($0 + 1)' state='\($1.1)' r:id='s\($0)'/>"
                    }.joined()
                    + "</sheets></workbook>"
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships>"
                    + all.indices.map {
                        "<Relationship Id='s\($0)' Type='x/worksheet' Target='worksheets/s\($0).xml'/>"
                    }.joined()
                    + "<Relationship Id='t' Type='x/sharedStrings' Target='../xl/sharedStrings.xml'/>"
                    + "<Relationship Id='u' Type='x/styles' Target='styles.xml'/></Relationships>"
            ),
            ("xl/sharedStrings.xml", strings ?? "<sst/>"), ("xl/styles.xml", styles ?? "<styleSheet/>"),
        ]
        for (index, sheet) in all.enumerated() {
            let end = index == 0 ? behind : ""
            parts.append(
                ("xl/worksheets/s\(index).xml", "<worksheet><sheetData>\(sheet.2)</sheetData>\(end)</worksheet>"))
        }
        return try archive(parts.filter { part in !files.contains { $0.0 == part.0 } } + files)
    }

    static func archive(_ files: [(String, String)]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let writer = ZIPWriter { bytes.append(contentsOf: $0) }
        for (name, text) in files { try writer.add(name, text) }
        try writer.finish()
        return bytes
    }

    static func read(
        _ bytes: [UInt8], sheet: String? = nil, limits: FileLimits = FileLimits(),
        isHeader: @escaping ([String]) -> Bool = { _ in false }
    ) throws -> SpooledUpload {
        try UploadReader(limits: limits, sheet: sheet, isHeader: isHeader).read(BytesInMemory(bytes, piece: 1000)) {
            _ in
        }
    }
}
