import Foundation
import TestSupport
import Testing

@testable import Storage
@testable import Tabular

/// What other programs write, and what other programs read in it.
@Suite(.timeLimit(.minutes(5))) struct WorkbookJudgeTests {
    private struct Question: Encodable {
        let folder: String
        let files: [String]
    }

    struct Answer: Decodable {
        struct Table: Decodable {
            let path: String
            let judge: String
            let rows: [[String]]
            let without: [Int]?
        }

        let tables: [Table]
        let archives: [String: String]
    }

    private func ask(_ body: (Answer) throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let files = ["libreoffice", "pandas"].map { Project.file("Tests/Oracle/workbooks/\($0).xlsx") }
        let question = Question(folder: folder.file(""), files: files)
        try body(try await PythonTools.answer(of: "Tests/Oracle/workbooks.py", to: question, as: Answer.self))
        withExtendedLifetime(folder) {}
    }

    @Test("Workbooks of five writers are read as openpyxl and xlsx2csv read them, row for row")
    func writers() async throws {
        try await ask { answer in
            #expect(answer.tables.count == 12)
            for table in answer.tables {
                let upload = try UploadReader(limits: FileLimits()).read(LocalFile(path: table.path)) { _ in }
                let ours = try upload.rows
                let theirs = table.rows.enumerated().filter { !$0.element.isEmpty }
                #expect(ours.map(\.line) == theirs.map { $0.offset + 1 }, "\(table.judge) on \(table.path)")
                for (our, their) in zip(ours, theirs) {
                    let without = table.without ?? []
                    let same = Self.masked(our.cells, without) == Self.masked(their.element, without)
                    #expect(same, "\(table.judge) on \(table.path): \(our.cells) is not \(their.element)")
                }
            }
        }
    }

    private static func masked(_ cells: [String], _ without: [Int]) -> [String] {
        var cells = cells.enumerated().map { without.contains($0.offset) ? "" : $0.element }
        while cells.last == "" { cells.removeLast() }
        return cells
    }

    @Test(
        "ZIP archives as Python makes them: stored, deflated, streamed, in 64 bits, behind other bytes, one within another"
    )
    func archives() async throws {
        try await ask { answer in
            func read(_ name: String, _ limit: Int = 1 << 20) throws -> String {
                var limits = FileLimits()
                limits.maximumFileBytes = limit
                return try UploadReader(limits: limits).read(LocalFile(path: answer.archives[name] ?? "")) { _ in }
                    .content
            }
            for name in ["deflated", "stored", "streamed", "wide", "byproducts", "nested", "prefixed"] {
                let text = try read(name)
                #expect(text == "vendor_product_id,product_name\r\nP1,N\r\n", "\(name)")
            }
            #expect(throws: FileFailure.severalFiles(["one.csv", "two.csv"])) { try read("two") }
            #expect(throws: FileFailure.tooLarge(limit: 1 << 20, isInflated: true)) { try read("bomb") }
            #expect { try read("bzip2") } throws: { "\($0)".contains("method 12") }
            #expect { try read("none") } throws: { "\($0)".contains("without a file") }
        }
    }

    @Test("An archive that is cut off, or of which a byte differs, is refused, or read without the difference")
    func damaged() async throws {
        try await ask { answer in
            let whole = [UInt8](try Data(contentsOf: URL(filePath: answer.archives["deflated"] ?? "")))
            for count in stride(from: 4, to: whole.count, by: 3) {
                #expect(throws: FileFailure.self) { try Craft.read(Array(whole.prefix(count))) }
            }
            for place in whole.indices.dropFirst(4) {
                var bytes = whole
                bytes[place] ^= 0x41
                // Names, times and versions are nobody's business; what is read is right all the same.
                if let text = try? Craft.read(bytes).content {
                    #expect(text == "vendor_product_id,product_name\r\nP1,N\r\n")
                }
            }
        }
    }
}
