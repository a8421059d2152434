import Text

/// Recognises files that are not CSV text by how they begin, so that they can be called what they are.
enum FileSignature {
    private static let workbook = "save it as an Excel workbook (.xlsx) or as CSV."
    private static let compressed = "decompress it first, or compress it with gzip."

    /// Kinds by their first bytes, each with what to do.
    private static let kinds: [(start: [UInt8], kind: String, remedy: String)] = [
        (Array("PK\u{3}\u{4}".utf8), "a ZIP archive or an Excel workbook within another file", "send it by itself."),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with Zstandard (.zst)", compressed),
        (Array("BZh".utf8), "compressed with bzip2 (.bz2)", compressed),
        ([0xFD] + Array("7zXZ\0".utf8), "compressed with xz (.xz)", compressed),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive (.7z)", compressed),
        (Array("Rar!\u{1A}\u{7}".utf8), "a RAR archive (.rar)", compressed),
        (Array("%PDF-".utf8), "a PDF document", "ask for it as CSV."),
        (Array("PAR1".utf8), "a Parquet file", workbook),
        (Array("{\\rtf".utf8), "a text document (RTF)", "save it as plain text."),
        ([0x04, 0x22, 0x4D, 0x18], "compressed with LZ4 (.lz4)", compressed),
        (Array("SQLite format 3\0".utf8), "a SQLite database", workbook),
        ([0x89] + Array("PNG\r\n\u{1A}\n".utf8), "a picture (PNG)", "send the table as CSV."),
        ([0xFF, 0xD8, 0xFF], "a picture (JPEG)", "send the table as CSV."),
    ]
    /// Compound File Binary, [MS-CFB] 2.2: workbooks before 2007, and today's with a password ([MS-OFFCRYPTO] 1.3.2).
    private static let compound: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
    private static let tar = (place: 257, mark: Array("ustar".utf8))

    /// - Parameter start: the first bytes, after decompression.
    /// - Throws: `FileFailure` if they are those of another kind of file.
    static func refuse(_ start: UnsafeRawBufferPointer) throws {
        if let found = kinds.first(where: { start.starts(with: $0.start) }), isReally(found.start, start) {
            throw FileFailure.otherKind(found.kind, remedy: found.remedy)
        }
        if start.starts(with: compound) { throw compoundFailure(start) }
        if start.dropFirst(tar.place).starts(with: tar.mark) {
            throw FileFailure.otherKind("a tar archive", remedy: "send the files in it one by one.")
        }
        if begins(start, with: ["<!doctype html", "<html", "<table"]) {
            throw FileFailure.otherKind("a web page (HTML), whatever its name says", remedy: workbook)
        }
        if begins(start, with: ["<?xml "]) { throw FileFailure.otherKind("an XML document", remedy: workbook) }
    }

    /// Whether a file with these first bytes is a ZIP archive, or claims to be one without files.
    static func isZIP(_ start: some Collection<UInt8>) -> Bool {
        let mark = start.prefix(4)
        return mark.elementsEqual(Array("PK\u{3}\u{4}".utf8)) || mark.elementsEqual(Array("PK\u{5}\u{6}".utf8))
    }

    /// What it is stands in the names of its streams, in UTF-16.
    private static func compoundFailure(_ start: UnsafeRawBufferPointer) -> FileFailure {
        let names = Array(start)
        func has(_ name: String) -> Bool { names.firstRange(of: name.utf16.flatMap { [UInt8($0), 0] }) != nil }
        if has("EncryptedPackage") {
            return .otherKind("an Excel workbook with a password", remedy: "save it without one.")
        }
        if has("WordDocument") { return .otherKind("a Word document (.doc)", remedy: workbook) }
        return .otherKind("an Excel workbook of the old format (.xls)", remedy: workbook)
    }

    /// A CSV text may begin with three letters of a signature, but not with the whole of what follows them.
    private static func isReally(_ signature: [UInt8], _ start: UnsafeRawBufferPointer) -> Bool {
        guard signature == Array("BZh".utf8) else { return true }
        return start.count > 9 && start.dropFirst(4).starts(with: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
    }

    /// Some shops call an HTML table or an XML document an Excel file.
    private static func begins(_ start: UnsafeRawBufferPointer, with tags: [String]) -> Bool {
        let text = String(decoding: start.prefix(200).trimmed, as: UTF8.self).lowercased()
        return tags.contains { text.hasPrefix($0) }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var trimmed: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self).trimmed }
}
