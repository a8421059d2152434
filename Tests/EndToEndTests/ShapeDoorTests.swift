import Foundation
import Postgres
import TestSupport
import Testing

/// Files that are no CSV text, through the command, HTTP and a bucket.
@Suite(.timeLimit(.minutes(10))) struct ShapeDoorTests {
    private struct Question: Encodable {
        var folder: String
        var categories: [String]
        var seed: Int
    }

    private struct Answer: Decodable {
        var readings: [Reading]
    }

    private struct Reading: Decodable {
        var file, status: String
        var totalRecords, validRecords, errorRecords: Int
        var errorCounts: [String: Int]
    }

    @Test("A workbook and JSON lines give the counts of an independent reading, through every door")
    func doors() async throws {
        try await APIEnvironment.with(roles: "api,worker,poller") { api in
            let catalog = api.service.catalog
            let question = Question(folder: catalog.folder.path, categories: ["Audio"], seed: 7)
            let readings = try await PythonTools.answer(of: "Tests/Oracle/shapes.py", to: question, as: Answer.self)
                .readings
            #expect(readings.count == 2)
            for (reading, vendor) in zip(readings, ["V001", "V002"]) {
                #expect(reading.totalRecords == 150 && reading.errorRecords > 10 && reading.errorCounts.count > 3)
                let line = try await catalog.ingest(reading.file, "--dry-run", vendor: vendor)
                #expect(line.status == reading.status && line.errorCounts == reading.errorCounts, "\(line)")
                #expect(line.totalRecords == reading.totalRecords && line.validRecords == reading.validRecords)

                try await Self.compare(try await Self.post(reading.file, api, as: vendor), reading, api)
                try Self.drop(reading.file, vendor, catalog)
                try await api.service.wait(
                    for: "1",
                    """
                    select count(*) from catalog.upload_history
                    where vendor_id = \(vendor)::text and not dry_run and status in ('completed', 'partial', 'failed')
                    """)
                let loaded = try await catalog.value(
                    "select upload_id from catalog.upload_history where vendor_id = \(vendor)::text and not dry_run")
                try await Self.compare(loaded, reading, api)
                // The other vendor has the same SKUs.
                try await catalog.succeed("upload", "revert", loaded)
            }
        }
    }

    @Test("The example workbook is read as a person sees it")
    func example() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.succeed("vendor", "add", "VEND006", "--name", "Six", "--email", "six@example.com")
            try await catalog.succeed("category", "import", Project.file("examples/categories.csv"))
            let line = try await catalog.ingest(Project.file("examples/VEND006_prices.xlsx"), vendor: "VEND006")
            #expect(line.status == "completed" && line.validRecords == 99, "\(line)")
            let ids = try await catalog.value(
                "select min(vendor_product_id) || ' ' || max(vendor_product_id) from catalog.products")
            #expect(ids == "00003 00102")
        }
    }

    /// Sends a file for a dry run.
    private static func post(_ file: String, _ api: APIEnvironment, as vendor: String) async throws -> String {
        let name = URL(fileURLWithPath: file).lastPathComponent
        let answer = try await Subprocess.run(
            "/usr/bin/env",
            [
                "curl", "-sS", "-H", "Authorization: Bearer \(api.tokens[vendor] ?? "")", "-H",
                "Content-Type: application/octet-stream",
                "--data-binary", "@\(file)", "\(api.url)/uploads?fileName=\(name)&dryRun=true",
            ])
        let object = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
        return try #require(object?["uploadId"] as? String, "\(answer)")
    }

    /// As an object, which appears whole.
    private static func drop(_ file: String, _ vendor: String, _ catalog: CatalogBinary) throws {
        let folder = "\(catalog.folder.file("objects"))/buckets/inbox/uploads/\(vendor)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let staged = catalog.folder.file(UUID().uuidString)
        try FileManager.default.copyItem(atPath: file, toPath: staged)
        try FileManager.default.moveItem(
            atPath: staged, toPath: "\(folder)/\(URL(fileURLWithPath: file).lastPathComponent)")
    }

    private static func compare(_ uploadID: String, _ reading: Reading, _ api: APIEnvironment) async throws {
        try await api.end(of: uploadID)
        let upload = try await api.call("GET", "/uploads/\(uploadID)", as: "operator")
        #expect(upload["status"] == reading.status, "\(reading.file): \(upload.text)")
        #expect(
            upload["totalRecords"] == "\(reading.totalRecords)" && upload["validRecords"] == "\(reading.validRecords)")
        for (type, count) in reading.errorCounts { #expect(upload["errorCounts", type] == "\(count)", "\(type)") }
    }
}
