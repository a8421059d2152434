import Foundation
import Postgres
import TestSupport
import Testing

/// Every error and every product, compared with the oracle: another implementation of the rules, in another language.
@Suite(.timeLimit(.minutes(15))) struct OracleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var kind: String
        var mode: String
        var rows: Int
        var seed: Int
        var policy = "load-valid"
        var options: [String] = []
        /// Whether rows have to meet rules of one's own.
        var hasOwnRules = false

        /// What the oracle is told of the vendor.
        var keepsAttributes: Bool { options.contains("--attributes") }
        var ingestOptions: [String] { options.filter { $0 != "--attributes" } }

        var testDescription: String {
            "\(rows) \(kind) rows, \(mode), \(policy), seed \(seed)\(hasOwnRules ? ", rules of one's own" : "")"
        }
    }

    private struct Counts: Decodable {
        var status: String
        var totalRecords, validRecords, errorRecords, createdRecords, updatedRecords, unchangedRecords: Int
        var errorCounts: [String: Int]
    }

    private struct ErrorLine: Decodable, Equatable {
        var row_number, line_number: Int
        var error_type, error_message: String
        var field: String?
    }

    @Test(
        "Counts, errors in file order and the catalogue agree with the oracle",
        arguments: [
            Case(kind: "hostile", mode: "create", rows: 20_000, seed: 1),
            Case(kind: "hostile", mode: "upsert", rows: 20_000, seed: 2),
            Case(kind: "mixed", mode: "create", rows: 5000, seed: 3),
            Case(kind: "upsert", mode: "upsert", rows: 5000, seed: 4),
            Case(kind: "hostile", mode: "create", rows: 500, seed: 5, policy: "all-or-nothing"),
            Case(kind: "clean", mode: "create", rows: 500, seed: 6, policy: "all-or-nothing"),
            Case(
                kind: "upsert", mode: "upsert", rows: 2000, seed: 7,
                options: ["--empty", "keep", "--missing", "deactivate"]),
            Case(kind: "upsert", mode: "update", rows: 2000, seed: 8),
            Case(kind: "partial", mode: "update", rows: 2000, seed: 9),
            Case(
                kind: "partial", mode: "update", rows: 2000, seed: 30,
                options: ["--empty", "keep", "--missing", "deactivate"]),
            Case(kind: "partial", mode: "update", rows: 2000, seed: 31, options: ["--empty", "keep"]),
            Case(kind: "attributes", mode: "upsert", rows: 2000, seed: 50, options: ["--attributes"]),
            Case(
                kind: "attributes", mode: "upsert", rows: 1000, seed: 51, options: ["--attributes", "--empty", "keep"]),
            Case(kind: "attributes", mode: "update", rows: 1000, seed: 52, options: ["--attributes"]),
            Case(kind: "attributes", mode: "upsert", rows: 500, seed: 53),
            Case(kind: "hostile", mode: "create", rows: 5000, seed: 40, hasOwnRules: true),
            Case(kind: "mixed", mode: "upsert", rows: 3000, seed: 41, hasOwnRules: true),
            Case(
                kind: "partial", mode: "update", rows: 2000, seed: 42, options: ["--empty", "keep"], hasOwnRules: true),
            Case(kind: "partial", mode: "update", rows: 2000, seed: 43, hasOwnRules: true),
        ]
            + (10..<18).flatMap { seed in
                ["create", "upsert"].map { Case(kind: "hostile", mode: $0, rows: 400, seed: seed) }
            })
    func agrees(test: Case) async throws {
        try await CatalogBinary.with { catalog in
            let files = try await generate(test, catalog.folder)
            try await prepare(catalog, files, keepsAttributes: test.keepsAttributes)
            if test.hasOwnRules { try await keepRules(catalog) }
            let line = try await catalog.ingest(
                files.upload, "--mode", test.mode, "--policy", test.policy, options: test.ingestOptions)
            let oracle = try await python(
                "Tests/Oracle/oracle.py",
                [
                    "--categories", files.categories, "--existing", files.existing, "--existing", "V900=\(files.rival)",
                    "--vendor", "V001", "--mode", test.mode, "--policy", test.policy,
                    "--errors", catalog.folder.file("errors.ndjson"), "--products",
                    catalog.folder.file("products.ndjson"),
                    files.upload,
                ] + test.options + (test.hasOwnRules ? ["--rules", Self.rules] : []))
            let counts = try #require(try decodeLines(oracle, as: Counts.self).last)
            expectEqual(line, counts)
            try await expectSameErrors(catalog, line.uploadId)
            try await expectSameProducts(catalog)
        }
    }

    private static let rules = Project.file("Tests/Oracle/own_rules.json")

    private func keepRules(_ catalog: CatalogBinary) async throws {
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: Self.rules)))
        for (name, rule) in try #require(object as? [String: Any]) {
            let path = catalog.folder.file("rule.json")
            try JSONSerialization.data(withJSONObject: rule).write(to: URL(fileURLWithPath: path))
            try await catalog.succeed("rule", "add", name, "--file", path)
        }
    }

    private struct Files { var upload, existing, rival, categories: String }

    private func generate(_ test: Case, _ folder: TemporaryFolder) async throws -> Files {
        let files = Files(
            upload: folder.file("upload.csv"), existing: folder.file("existing.csv"), rival: folder.file("rival.csv"),
            categories: folder.file("categories.csv"))
        _ = try await python(
            "Tests/Oracle/generate.py",
            [
                "--rows", "\(test.rows)", "--seed", "\(test.seed)", "--vendor", "V001", "--mode", test.kind,
                "--categories", files.categories, "--existing", files.existing, "--rival", files.rival, "-o",
                files.upload,
            ])
        return files
    }

    private func prepare(_ catalog: CatalogBinary, _ files: Files, keepsAttributes: Bool) async throws {
        for vendor in ["V001", "V900"] {
            try await catalog.succeed("vendor", "add", vendor, "--name", vendor, "--email", "a@example.com")
        }
        if keepsAttributes { try await catalog.succeed("vendor", "attributes", "V001", "keep") }
        try await catalog.succeed("category", "import", files.categories)
        for line in try String(contentsOfFile: files.categories, encoding: .utf8).split(separator: "\n")
        where line.hasSuffix(",false") {
            try await catalog.succeed("category", "remove", String(line.dropLast(",false".count)))
        }
        for (file, vendor) in [(files.existing, "V001"), (files.rival, "V900")]
        where FileManager.default.fileExists(atPath: file) {
            _ = try await catalog.ingest(file, vendor: vendor)
        }
    }

    private func expectEqual(_ line: IngestLine, _ oracle: Counts) {
        #expect(line.status == oracle.status)
        #expect(line.totalRecords == oracle.totalRecords)
        #expect(line.validRecords == oracle.validRecords)
        #expect(line.errorRecords == oracle.errorRecords)
        #expect(line.createdRecords == oracle.createdRecords)
        #expect(line.updatedRecords == oracle.updatedRecords)
        #expect(line.unchangedRecords == oracle.unchangedRecords)
        #expect(line.errorCounts == oracle.errorCounts)
    }

    private func expectSameErrors(_ catalog: CatalogBinary, _ uploadID: String) async throws {
        let expected = try decodeLines(
            String(contentsOfFile: catalog.folder.file("errors.ndjson"), encoding: .utf8), as: ErrorLine.self)
        let found = try await catalog.rows(
            """
            select row_number, line_number, error_type, error_message, field from catalog.validation_errors
            where upload_id = \(uploadID)::text order by row_number, error_id
            """
        ).map { row in
            ErrorLine(
                row_number: Int(row[0])!, line_number: Int(row[1])!, error_type: row[2], error_message: row[3],
                field: row[4])
        }
        #expect(found.count == expected.count)
        for (ours, theirs) in zip(found, expected) {
            let isSame =
                ours.row_number == theirs.row_number && ours.line_number == theirs.line_number
                && ours.error_type == theirs.error_type && ours.error_message == theirs.error_message
                && (ours.field ?? "") == (theirs.field ?? "")
            if !isSame {
                Issue.record("\(ours) is not \(theirs)")
                return
            }
        }
    }

    private func expectSameProducts(_ catalog: CatalogBinary) async throws {
        let lines = try String(contentsOfFile: catalog.folder.file("products.ndjson"), encoding: .utf8).split(
            separator: "\n")
        let products = try lines.map { try JSONDecoder().decode([String: String?].self, from: Data($0.utf8)) }
        let columns = try #require(products.first).keys.sorted()
        let expected = products.map { product in columns.map { (product[$0] ?? nil) ?? "" } }
        let select = columns.map { "\($0)::text" }.joined(separator: ", ")
        let found = try await catalog.rows(
            "select \(raw: select) from catalog.products order by vendor_id collate \"C\", vendor_product_id"
        )
        #expect(found.count == expected.count)
        #expect(zip(found, expected).first { $0 != $1 }.map { "\($0) is not \($1)" } == nil)
    }
}
