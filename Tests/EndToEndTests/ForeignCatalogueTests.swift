import Foundation
import TestSupport
import Testing

/// Real exports of other shops, read through the mappings that ship, against an independent reading in Python.
@Suite(.sharedData, .timeLimit(.minutes(15))) struct ForeignCatalogueTests {
    private struct Reading: Decodable {
        var file, mapping, vendorId, status: String
        var totalRecords, validRecords, errorRecords: Int
        var errorCounts: [String: Int]
    }

    @Test("Every file with a mapping gives the counts of the independent reading")
    func counts() async throws {
        let readings = try decodeLines(
            try await python("Tests/Oracle/foreign.py", ["--data", SharedData.file("products")]), as: Reading.self)
        #expect(readings.count >= 8)
        try await CatalogBinary.with { catalog in
            for reading in readings {
                let map = Project.file("examples/mappings/\(reading.mapping)")
                _ = try await catalog.run("vendor", "add", reading.vendorId, "--name", "x", "--email", "a@b.c")
                try await catalog.succeed("category", "import", reading.file, "--map", map)
                let line = try await catalog.ingest(reading.file, "--map", map, vendor: reading.vendorId)
                #expect(line.status == reading.status, "\(reading.file)")
                #expect(line.totalRecords == reading.totalRecords, "\(reading.file)")
                #expect(line.validRecords == reading.validRecords, "\(reading.file)")
                #expect(line.errorCounts == reading.errorCounts, "\(reading.file)")
            }
        }
    }

    @Test("A mapping stands for every folder of exports but the one that holds no products")
    func coverage() throws {
        let folders = Set(SharedData.files(below: "products").map { String($0.prefix { $0 != "/" }) })
        let mappings = try FileManager.default.contentsOfDirectory(atPath: Project.file("examples/mappings"))
            .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
        #expect(folders.subtracting(mappings) == ["adventureworks"])
    }

    @Test("A file in UTF-16 with a separator of three characters is refused whole")
    func adventureWorks() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let line = try await catalog.ingest(SharedData.file("products/adventureworks/ProductDescription.csv"))
            #expect(line.status == "failed" && line.failureType == "MISSING_COLUMN" && line.createdRecords == 0)
        }
    }

    @Test("Without a mapping a foreign export is refused with the names of what is missing")
    func withoutMapping() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let outcome = try await catalog.run(
                "ingest", SharedData.file("products/shopify/apparel.csv"), "--vendor", "V001")
            #expect(
                outcome.status == 3 && outcome.output.contains("MISSING_COLUMN")
                    && outcome.output.contains("Variant SKU"))
        }
    }
}
