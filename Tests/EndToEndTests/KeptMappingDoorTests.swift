import Foundation
import Postgres
import TestSupport
import Testing

/// Mappings that vendors keep, through HTTP and a bucket.
@Suite(.timeLimit(.minutes(10))) struct KeptMappingDoorTests {
    private struct Reading: Decodable {
        var file, mapping, vendorId, status: String
        var totalRecords, validRecords, errorRecords: Int
        var errorCounts: [String: Int]
    }

    private static let mapping = """
        {"separator": ";", "columns": {"vendor_product_id": {"from": ["Nr"]}, "sku": {"from": ["Nr"]}, "product_name": {"from": ["Titel"]},
        "category": {"constant": "Audio"}, "price": {"from": ["Preis"], "number": ","}, "stock_quantity": {"constant": "1"}}}
        """

    @Test(
        "Exports of other systems give the counts of an independent reading through HTTP and through a bucket",
        .sharedData)
    func foreignExports() async throws {
        let all = try decodeLines(
            try await python("Tests/Oracle/foreign.py", ["--data", SharedData.file("products")]), as: Reading.self)
        // One file for each mapping, the shortest.
        let readings = Dictionary(grouping: all, by: \.mapping).values.compactMap {
            $0.min { $0.totalRecords < $1.totalRecords }
        }
        #expect(readings.count == 6)
        try await APIEnvironment.with(roles: "api,worker,poller") { api in
            let catalog = api.service.catalog
            for reading in readings {
                let map = Project.file("examples/mappings/\(reading.mapping)")
                _ = try await catalog.run("vendor", "add", reading.vendorId, "--name", "x", "--email", "a@b.c")
                try await catalog.succeed("category", "import", reading.file, "--map", map)
                let name = String(reading.mapping.dropLast(".json".count))
                let body = try String(contentsOfFile: map, encoding: .utf8)
                let put = try await api.call(
                    "PUT", "/vendors/\(reading.vendorId)/mappings/\(name)", as: "operator", json: body)
                #expect(put.status == 200 && put["version"] == "1", "\(put.text)")
                let path = "/uploads?fileName=x.csv&vendor=\(reading.vendorId)&mapping=\(name)&dryRun=true"
                let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: reading.file)), as: UTF8.self)
                let checked = try #require(try await api.call("POST", path, as: "operator", csv: text)["uploadId"])
                try await api.end(of: checked)
                try await Self.compare(checked, reading, api)
                // Its header is known from now on. Files without one are read with the vendor's default.
                if body.contains(#""header": false"#) {
                    let change = #"{"mapping": "\#(name)"}"#
                    let patch = try await api.call(
                        "PATCH", "/vendors/\(reading.vendorId)", as: "operator", json: change)
                    #expect(patch["mapping"] == name)
                }
                try api.service.drop("x.csv", vendor: reading.vendorId, text)
                try await api.service.wait(
                    for: "1",
                    """
                    select count(*) from catalog.upload_history u where u.vendor_id = \(reading.vendorId)::text and not u.dry_run
                      and u.status in ('completed', 'partial', 'failed')
                    """)
                let loaded = try #require(
                    try await api.service.value(
                        "select upload_id from catalog.upload_history where vendor_id = \(reading.vendorId)::text and not dry_run"
                    ))
                try await api.end(of: loaded)
                try await Self.compare(loaded, reading, api)
            }
        }
    }

    private static func compare(_ uploadID: String, _ reading: Reading, _ api: APIEnvironment) async throws {
        let upload = try await api.call("GET", "/uploads/\(uploadID)", as: "operator")
        #expect(upload["status"] == reading.status, "\(reading.file): \(upload.text)")
        #expect(upload["totalRecords"] == "\(reading.totalRecords)", "\(reading.file)")
        #expect(upload["validRecords"] == "\(reading.validRecords)", "\(reading.file)")
        #expect(upload["mapping"] == String(reading.mapping.dropLast(".json".count)) && upload["mappingVersion"] == "1")
    }

    @Test("A vendor keeps, changes, sees and removes its own mappings, and those of others do not exist for it")
    func own() async throws {
        try await APIEnvironment.with { api in
            let path = "/vendors/V001/mappings/lager"
            #expect(try await api.call("PUT", path, json: Self.mapping)["version"] == "1")
            #expect(try await api.call("PUT", path, json: Self.mapping)["version"] == "1")
            let changed = Self.mapping.replacing(#"{"constant": "1"}"#, with: #"{"constant": "2"}"#)
            #expect(try await api.call("PUT", path, json: changed)["version"] == "2")
            let shown = try await api.call("GET", path)
            #expect(
                shown["mapping", "columns", "stock_quantity", "constant"] == "2"
                    && shown["createdBy"]?.hasPrefix("token:") == true)
            #expect(try await api.call("GET", "/vendors/V001/mappings")["items", "name"] == "lager")
            for (method, caller) in [("GET", "V002"), ("PUT", "V002"), ("DELETE", "V002")] {
                let answer = try await api.call(method, path, as: caller, json: method == "PUT" ? Self.mapping : nil)
                #expect(answer.status == 404, "\(method): \(answer.text)")
            }
            #expect(try await api.call("PUT", path, as: "auditor", json: Self.mapping).status == 403)
            #expect(try await api.call("GET", "/vendors/V002/mappings", as: "V001").status == 404)

            let csv = "Nr;Titel;Preis\n1;Lampe;9,50\n"
            let unknown = try await api.call("POST", "/uploads?fileName=a.csv&mapping=none", csv: csv)
            #expect(unknown.problem == "invalid-parameter" && unknown.text.contains("no mapping 'none'"))
            let patched = try await api.call("PATCH", "/vendors/V001", as: "operator", json: #"{"mapping": "lager"}"#)
            #expect(patched["mapping"] == "lager")
            let uploadID = try #require(try await api.call("POST", "/uploads?fileName=a.csv", csv: csv)["uploadId"])
            try await api.end(of: uploadID)
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "completed" && upload["mapping"] == "lager" && upload["mappingVersion"] == "2")
            #expect(try await api.call("DELETE", path).status == 204)
            #expect(try await api.call("DELETE", path).status == 404)
            #expect(try await api.service.value("select count(*) from audit.mappings") == "2")
        }
    }

    @Test("What is no mapping is refused with the place, whatever it is, and a proposal keeps nothing")
    func refusals() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let path = "/vendors/V001/mappings/a"
            for (body, words) in [
                ("[]", "object"), (#"{"columns": {"price": {"from": "Preis"}}}"#, "columns.price.from"), ("{", "JSON"),
                (#"{"columns": {"weight": {}}}"#, "unknown column 'weight'"),
            ] {
                let answer = try await api.call("PUT", path, json: body)
                #expect(answer.problem == "invalid-body" && answer.text.contains(words), "\(body): \(answer.text)")
            }
            #expect(try await api.call("PUT", "/vendors/V001/mappings/a%20b", json: Self.mapping).status == 400)
            #expect(try await api.call("PUT", path, csv: Self.mapping).status == 415)
            let suggestion = try await api.call("POST", "/mappings/suggest", csv: "Artikelnummer;Preis\n4711;9,50\n")
            #expect(suggestion["mapping", "columns", "price", "number"] == "auto", "\(suggestion.text)")
            #expect(suggestion["isOurs"] == "0")
            #expect(try await api.call("POST", "/mappings/suggest", csv: "").problem == "invalid-body")
            #expect(try await api.service.value("select count(*) from catalog.mappings") == "0")
        }
    }
}
