/// What a ZIP archive is: many kinds of files are one.
enum ArchiveKind {
    case workbook
    /// The only file in it.
    case file(ZIPEntry)

    /// - Throws: `FileFailure` if it is neither, `ZIPError`; errors of the file.
    init(_ archive: ZIPArchive) throws {
        let names = Set(archive.entries.map { $0.name.lowercased() })
        if let kind = Self.refused.first(where: { names.contains($0.part) }) {
            throw FileFailure.otherKind(kind.name, remedy: kind.remedy)
        }
        if let kind = archive.entries.first(where: { $0.name == "mimetype" }) {
            try Self.refuseOpenDocument(String(decoding: try archive.reader(kind).all(atMost: 256), as: UTF8.self))
        }
        if names.contains("[content_types].xml"), names.contains("_rels/.rels") {
            self = .workbook
            return
        }
        let files = archive.entries.filter { !$0.isFolder && !$0.isByproduct }
        guard let first = files.first else {
            throw FileFailure.otherKind("a ZIP archive without a file in it", remedy: "put the table into it.")
        }
        guard files.count == 1 else { throw FileFailure.severalFiles(files.map(\.name)) }
        guard !first.isEncrypted else {
            throw FileFailure.otherKind("a ZIP archive with a password", remedy: "make it without one.")
        }
        self = .file(first)
    }

    private static let asWorkbook = "save it as an Excel workbook (.xlsx) or as CSV."

    /// Kinds by a file that they have.
    private static let refused: [(part: String, name: String, remedy: String)] = [
        ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", asWorkbook),
        ("word/document.xml", "a Word document (.docx)", "send the table as an Excel workbook (.xlsx) or as CSV."),
        ("ppt/presentation.xml", "a presentation (.pptx)", "send the table as an Excel workbook (.xlsx) or as CSV."),
        ("index/document.iwa", "a document of Apple Numbers (.numbers)", asWorkbook),
        ("index.zip", "a document of Apple Numbers (.numbers)", asWorkbook),
        ("index.xml.gz", "a document of Apple Numbers (.numbers)", asWorkbook),
    ]

    private static func refuseOpenDocument(_ type: String) throws {
        guard type.contains("opendocument") else { return }
        let isSheet = type.contains("spreadsheet")
        throw FileFailure.otherKind(
            isSheet ? "an OpenDocument spreadsheet (.ods)" : "an OpenDocument file", remedy: asWorkbook)
    }
}
