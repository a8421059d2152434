import Postgres
import Testing

@testable import Catalog
@testable import Ingest
@testable import Tabular

/// Files that are refused whole: nothing is loaded, the history says why, the mail is in the outbox.
@Suite(.timeLimit(.minutes(5))) struct FileFailureTests {
    private func failure(
        _ text: String = "", bytes: [UInt8]? = nil, vendor: String = "V1", limits: FileLimits = FileLimits()
    ) async throws -> UploadFailure? {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(text: text, bytes: bytes, vendor: vendor, limits: limits)
            #expect(outcome.status == .failed && outcome.errors.isEmpty)
            let recorded = try await onboarding.value(
                "select failure_type || ': ' || failure_message from catalog.upload_history")
            #expect(recorded == outcome.result.end.failure?.description)
            #expect(try await onboarding.value("select count(*) from catalog.products") == "0")
            #expect(try await onboarding.value("select count(*) from catalog.notifications") == "1")
            return outcome.result.end.failure
        }
    }

    private static let good = Onboarding.header + "\nP,N,Audio,S,1,1\n"

    @Test(
        "An empty file, a header alone, blank lines",
        arguments: ["", Onboarding.header, Onboarding.header + "\n\n\r\n", "\n\n"])
    func empty(text: String) async throws {
        #expect(try await failure(text)?.type == .emptyFile)
    }

    @Test("Missing columns are all named, with what was found")
    func missingColumn() async throws {
        let failure = try await failure("vendor_product_id,product_name,prcie\nP,N,1\n")
        #expect(
            failure
                == UploadFailure(
                    .missingColumn,
                    "Required columns are missing from the header: category, sku, price, stock_quantity. Found: vendor_product_id, product_name, prcie. 'prcie': did you mean price?"
                ))
    }

    @Test("A header of many thousand columns of one name is read in a moment", .timeLimit(.minutes(1)))
    func sameNames() async throws {
        let names = FileLayout.unique(Array(repeating: "a", count: 50_000) + ["a_7", "_line", ""])
        #expect(names[49_999] == "a_50000" && Set(names).count == names.count)
        #expect(names.suffix(3) == ["a_7_2", "_line_2", "column_50003"])
    }

    @Test("A header of hundred thousands of accents is refused in a moment", .timeLimit(.minutes(1)))
    func stackedMarks() async throws {
        let marks = String(String.UnicodeScalarView((0..<200_000).map { $0 % 2 == 0 ? "\u{301}" : "\u{316}" }))
        for text in [Onboarding.header + ",e\(marks)\nP,N,Audio,S,1,1,x\n", "e\(marks)\n" + Self.good] {
            #expect(try await failure(text)?.message.contains("more than 30 accents") == true)
        }
    }

    @Test("Rows whose errors would take many times the largest file are refused whole")
    func longHeader() async throws {
        var limits = FileLimits()
        limits.maximumFileBytes = 100_000
        let name = String(repeating: "n", count: 50_000)
        let rows = (0..<100).map { "P\($0),N,Audio,S\($0),free,1,\n" }.joined()
        let failure = try await failure(Onboarding.header + ",\(name)\n" + rows + "G,N,Audio,G,1,1,\n", limits: limits)
        #expect(failure?.type == .fileTooLarge)
    }

    @Test("A column that occurs twice, in whatever case")
    func duplicateColumn() async throws {
        #expect(try await failure(Onboarding.header + ", SKU \nP,N,Audio,S,1,1,T\n")?.type == .duplicateColumn)
    }

    @Test("Limits on bytes and rows are settings")
    func limits() async throws {
        var limits = FileLimits()
        limits.maximumFileBytes = 50
        #expect(try await failure(Self.good, limits: limits)?.type == .fileTooLarge)
        limits = FileLimits()
        limits.maximumRows = 1
        #expect(try await failure(Self.good + "Q,N,Audio,T,1,1\n", limits: limits)?.type == .tooManyRows)
    }

    @Test(
        "What is not CSV text is unreadable",
        arguments: [
            Array("PK\u{3}\u{4}rest of an archive".utf8), [0x1F, 0x8B, 8, 0, 0, 0], Array("v\0e\0n\0d\0o\0r\0,\0".utf8),
            Array("\"vendor_product_id,sku".utf8),
        ])
    func unreadable(bytes: [UInt8]) async throws {
        #expect(try await failure(bytes: bytes)?.type == .unreadableFile)
    }

    @Test(
        "Files of other kinds are called what they are",
        arguments: [
            ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0], ".xls"),
            ([0x28, 0xB5, 0x2F, 0xFD, 0, 0], "Zstandard"),
            (Array("<?xml version=\"1.0\"?>".utf8), "an XML document"), ([0x04, 0x22, 0x4D, 0x18, 0x64], "LZ4"),
            (Array("SQLite format 3\0".utf8), "SQLite"), ([0x89] + Array("PNG\r\n\u{1A}\n".utf8), "a picture"),
            (Array("BZh91AY&SY....".utf8), "bzip2"), ([0xFD] + Array("7zXZ\0....".utf8), "xz"),
            (Array("%PDF-1.7".utf8), "PDF"), (Array("\n <!DOCTYPE HTML><table>".utf8), "HTML"),
        ] as [([UInt8], String)])
    func otherKinds(bytes: [UInt8], name: String) async throws {
        let failure = try await failure(bytes: bytes)
        #expect(failure?.type == .unreadableFile && failure?.message.contains(name) == true)
    }

    @Test("An unknown vendor's upload is recorded under the name it gave")
    func unknownVendor() async throws {
        #expect(
            try await failure(Self.good, vendor: "V'9")
                == UploadFailure(.unknownVendor, "Vendor is not registered: 'V''9'.".replacing("''", with: "'")))
    }

    @Test("A suspended vendor's uploads fail until it is active again")
    func suspended() async throws {
        try await Onboarding.with { onboarding in
            try await onboarding.execute("update catalog.vendors set status = 'suspended' where vendor_id = 'V1'")
            #expect(try await onboarding.ingest(text: Self.good).result.end.failure?.type == .vendorSuspended)
            try await onboarding.execute("update catalog.vendors set status = 'active' where vendor_id = 'V1'")
            #expect(try await onboarding.ingest(text: Self.good).status == .completed)
        }
    }

    @Test("A file in which every row is wrong has failed, and its errors are kept")
    func noValidRows() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P,N,Audio,S,x,1", "Q,N,Audio,T,x,1"])
            #expect(outcome.result.end.failure?.type == .noValidRows)
            #expect(outcome.errors.count == 2 && outcome.result.errorReport != nil)
        }
    }

    @Test("One row is a row, and a limit is told as it is")
    func words() {
        var counts = UploadCounts()
        counts.total = 1
        #expect(UploadFailure.noValidRows(counts).message == "The only row has errors: nothing was loaded.")
        (counts.total, counts.valid) = (2, 1)
        #expect(UploadFailure.rejectedByPolicy(counts).message.hasPrefix("1 of 2 rows has errors and the policy"))
        #expect("\(FileFailure.tooLarge(limit: 100 << 20))".contains("larger than 100 MB:"))
        #expect("\(FileFailure.tooLarge(limit: 1_500_000))".contains("larger than 1500000 bytes:"))
    }
}
