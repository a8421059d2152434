import Testing

@testable import Tabular

struct ArchiveKindTests {
    @Test(
        "Archives of other kinds are called what they are",
        arguments: [
            ([("xl/workbook.bin", ""), ("[Content_Types].xml", "")], "a binary Excel workbook (.xlsb)"),
            (
                [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "")],
                "an OpenDocument spreadsheet (.ods)"
            ),
            ([("Index/Document.iwa", ""), ("preview.jpg", "")], "a document of Apple Numbers (.numbers)"),
            ([("word/document.xml", ""), ("[Content_Types].xml", "")], "a Word document (.docx)"),
            ([], "a ZIP archive without a file in it"),
        ] as [([(String, String)], String)])
    func kinds(files: [(String, String)], name: String) {
        #expect { try Craft.read(Craft.archive(files)) } throws: { error in
            if case .otherKind(name, let remedy) = error as? FileFailure { !remedy.isEmpty } else { false }
        }
    }

    @Test("A workbook with a password is a compound file, and so is one of the old format")
    func compound() {
        let mark: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
        let name = { (text: String) in Array(repeating: 0, count: 1024) + text.utf16.flatMap { [UInt8($0), 0] } }
        #expect(throws: FileFailure.otherKind("an Excel workbook with a password", remedy: "save it without one.")) {
            try Craft.read(mark + name("EncryptedPackage"))
        }
        #expect { try Craft.read(mark + name("Workbook")) } throws: { "\($0)".contains(".xls)") }
    }

    @Test("The only file of an archive is read, a workbook too")
    func single() throws {
        let workbook = try Craft.workbook("<row><c t='str'><v>a</v></c><c t='str'><v>b</v></c></row>")
        var bytes: [UInt8] = []
        let writer = ZIPWriter { bytes.append(contentsOf: $0) }
        try writer.begin("folder/table.xlsx")
        try workbook.withUnsafeBytes(writer.write)
        try writer.end()
        try writer.finish()
        #expect(try Craft.read(bytes).rows.map(\.cells) == [["a", "b"]])
        let text = try Craft.read(
            Craft.archive([("a.csv", "a;b\n1;2\n"), (".DS_Store", "x"), ("__MACOSX/a.csv", "x")]))
        #expect(try text.rows.map(\.cells) == [["a", "b"], ["1", "2"]] && text.isCompressed)
    }
}
