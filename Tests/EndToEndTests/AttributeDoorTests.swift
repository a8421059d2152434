import Foundation
import Postgres
import TestSupport
import Testing

/// Attributes through the command, HTTP and a bucket, and whoever looks for them.
@Suite(.timeLimit(.minutes(10))) struct AttributeDoorTests {
    private static let header = "vendor_product_id,product_name,category,sku,price,stock_quantity,colour,size\n"

    /// As an object, which appears whole.
    private static func drop(_ text: String, _ vendor: String, _ catalog: CatalogBinary) throws {
        let folder = "\(catalog.folder.file("objects"))/buckets/inbox/uploads/\(vendor)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let staged = try catalog.folder.write(text, to: UUID().uuidString)
        try FileManager.default.moveItem(atPath: staged, toPath: "\(folder)/attributes.csv")
    }

    private static func skus(_ answer: APIEnvironment.Answer) throws -> [String] {
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        let items = try #require(object?["items"] as? [[String: Any]], "\(answer.text)")
        return items.compactMap { $0["sku"] as? String }
    }

    @Test("What a vendor keeps comes in through every door, and is found by whoever may see it")
    func doors() async throws {
        try await APIEnvironment.with(roles: "api,worker,poller") { api in
            let catalog = api.service.catalog
            #expect(try await catalog.succeed("vendor", "attributes", "V001", "keep").contains("kept as attributes"))
            let changed = try await api.call(
                "PATCH", "/vendors/V002", as: "operator", json: #"{"keepsAttributes": true}"#)
            #expect(changed["keepsAttributes"] == "1", "\(changed.text)")
            #expect(try await api.call("GET", "/vendors/V001", as: "V001")["keepsAttributes"] == "1")

            let file = try catalog.folder.write(
                Self.header + "P1,N,Audio,A1,1,1,red,XL\nP2,N,Audio,A2,1,1,blue,\n", to: "a.csv")
            let line = try await catalog.run("ingest", file, "--vendor", "V001")
            #expect(line.status == 0 && line.output.contains("kept      colour, size"), "\(line)")
            let answer = try await api.call(
                "POST", "/uploads?fileName=b.csv&mode=upsert", as: "V001",
                csv: Self.header + "P1,N,Audio,A1,1,1,red,XXL\nP3,N,Audio,A3,1,1,red,\n")
            try await api.end(of: try #require(answer["uploadId"]))
            try Self.drop(Self.header + "P1,N,Audio,B1,1,1,red,XL\nP2,N,Audio,B2,1,1,green,\n", "V002", catalog)
            try await api.service.wait(
                for: "1",
                "select count(*) from catalog.upload_history where vendor_id = 'V002' and status = 'completed'")

            func found(_ query: String, _ caller: String) async throws -> [String] {
                try Self.skus(try await api.call("GET", "/products?\(query)", as: caller))
            }
            #expect(try await found("attribute.colour=red", "V001") == ["A1", "A3"])
            #expect(try await found("attribute.colour=red", "V002") == ["B1"])
            #expect(try await found("attribute.colour=red", "auditor") == ["A1", "A3", "B1"])
            #expect(try await found("attribute.colour=red&attribute.size=XL", "operator") == ["B1"])
            #expect(try await found("attribute.colour=red&vendor=V001&limit=1", "operator") == ["A1"])
            #expect(try await found("vendor=V002&attribute.colour=green", "V001") == [])
            #expect(try await found("attribute.Colour=red", "operator") == [])
            #expect(try await found("attribute.colour=", "operator") == [])
            // A character of no width is no part of a name.
            #expect(try await found("attribute.colo%E2%80%8Bur=red", "V002") == ["B1"])
            #expect(try await found("attribute.a%22%3A1%7D=x%27%3B--", "operator") == [])
            for (query, problem) in [
                ("attribute.=red", "unknown-parameter"), ("attribute.a%01=red", "unknown-parameter"),
                ("attribute.a=1&attribute.a=2", "invalid-parameter"), ("attribute.a=%01", "invalid-parameter"),
            ] {
                #expect(try await api.call("GET", "/products?\(query)").problem == problem, "\(query)")
            }

            let product = try await api.call("GET", "/products/V001/P1", as: "V001")
            #expect(
                product["attributes", "size"] == "XXL" && product["attributes", "colour"] == "red", "\(product.text)")
            #expect(try await api.call("GET", "/products/V001/P1", as: "V002").status == 404)
            let history = try await api.call("GET", "/products/V001/P1/history", as: "V001").text
            #expect(history.contains(#""size": "XL""#) && history.contains(#""size": "XXL""#), "\(history)")
            let lines = try await api.call("GET", "/products.ndjson?attribute.colour=red", as: "V002").text
            #expect(
                lines.contains(#""attribute.colour":"red","attribute.size":"XL"}"#) && !lines.contains("A1"), "\(lines)"
            )
            let page = try await api.call("GET", "/openapi.json", as: nil).text
            #expect(
                page.contains(#""propertyNames":{"pattern":"^attribute\\.[^"#), "the description names the parameters")
        }
    }

    @Test("The page of a product shows its attributes to its vendor, as the texts that they are")
    func page() async throws {
        try await PortalEnvironment.with { portal in
            let hostile = "<script>window.hacked=1</script>"
            let answer = try await portal.api.call(
                "POST", "/uploads?fileName=a.csv", as: "V001",
                csv: Self.header.replacing("colour", with: "attribute.\(hostile)")
                    + "P1,N,Audio,A1,1,1,\(hostile),XL\n")
            try await portal.api.end(of: try #require(answer["uploadId"]))
            let (own, other) = (try await portal.signIn(as: "V001"), try await portal.signIn(as: "V002"))
            let text = try await portal.get("/portal/products/V001/P1", cookie: own).text
            let escaped = "&lt;script&gt;window.hacked=1&lt;/script&gt;"
            #expect(text.contains("<dt>\(escaped)</dt><dd>\(escaped)</dd>") && !text.contains(hostile), "\(text)")
            #expect(!text.contains("XL"), "the vendor keeps what says that it is one, and nothing else")
            #expect(try await portal.get("/portal/products/V001/P1", cookie: other).status == 404)
        }
    }

    @Test("A kept mapping keeps what it says, a corrected row keeps its attributes, an export comes back whole")
    func roundTrip() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let mapping = try catalog.folder.write(
                """
                {"columns": {"vendor_product_id": {"from": ["No"]}, "sku": {"from": ["No"]}, "product_name": {"from": ["Name"]},
                  "category": {"constant": "Audio"}, "price": {"from": ["Price"]}, "stock_quantity": {"constant": "1"}},
                 "attributes": {"colour": {"from": ["Farbe"], "replace": {"rot": "red"}}}}
                """, to: "map.json")
            try await catalog.succeed("mapping", "add", "V001", "lager", mapping)
            let file = try catalog.folder.write("No,Name,Price,Farbe\nP1,N,1,rot\nP2,N,free,blau\n", to: "lager.csv")
            let first = try await catalog.ingest(file, "--mapping", "lager")
            #expect(first.validRecords == 1 && first.errorRecords == 1)
            let original = try await catalog.value(
                "select original_data -> '_mapped' ->> 'attribute.colour' from catalog.validation_errors limit 1")
            #expect(original == "blau")
            let rejected = try #require(first.rejectedFile)
            let corrected = try catalog.folder.write(
                try String(contentsOfFile: rejected, encoding: .utf8).replacing("free", with: "2"), to: "corrected.csv")
            #expect(try await catalog.ingest(corrected, "--mapping", "lager", "--mode", "upsert").createdRecords == 1)
            let colours: Statement =
                "select string_agg(attributes ->> 'colour', ' ' order by sku) from catalog.products"
            #expect(try await catalog.value(colours) == "red blau")

            let out = catalog.folder.file("out.csv")
            try await catalog.succeed("export", "--vendor", "V001", "--output", out)
            #expect(try await catalog.ingest(out, "--mode", "upsert").unchangedRecords == 2)
            let edited = try catalog.folder.write(
                try String(contentsOfFile: out, encoding: .utf8).replacing("blau", with: "blue"), to: "edited.csv")
            #expect(try await catalog.ingest(edited, "--mode", "upsert").updatedRecords == 1)
            #expect(try await catalog.value(colours) == "red blue")
            let red = try await catalog.succeed("export", "--attribute", "colour=red")
            #expect(red.split(separator: "\r\n").count == 2 && red.contains("P1"), "\(red)")
            #expect(try await catalog.run("export", "--attribute", "colour").status == 64)
            #expect(try await catalog.run("vendor", "attributes", "V009", "keep").status == 1)
        }
    }
}
