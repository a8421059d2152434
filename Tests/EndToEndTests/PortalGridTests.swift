import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// The grid of rejected rows where they are many, and where a mapping has read them.
@Suite(.timeLimit(.minutes(20))) struct PortalGridTests {
    @Test(
        "A hundred thousand rejected rows: the first and a far page are corrected, the rest by one search, and all are loaded as counted beside it"
    )
    func hundredThousand() async throws {
        try await PortalEnvironment.with { portal in
            let count = 100_000
            // The first row is good: a file without one is refused whole.
            var text = ServiceEnvironment.header + "G0,Good,Audio,G-0,1.00,1\n"
            for row in 1...count { text += "G\(row),Name \(row),Audio,G-\(row),free,1\n" }
            let answer = try await portal.api.call("POST", "/uploads?fileName=many.csv", csv: text)
            let parent = try #require(answer["uploadId"], "\(answer.text)")
            let catalog = portal.api.service.catalog
            try await eventually(within: .seconds(600)) {
                try await catalog.value(
                    "select error_file_s3_key is not null from catalog.upload_history where upload_id = \(parent)::text"
                ) == "t"
            }
            let far = 99_950
            let seen = try await portal.browse("many", ["path": "/portal/uploads/\(parent)", "far": far])
            #expect(seen == [])
            // What should be there, counted from the text that was sent.
            let expected: [[String]] = [["1.00", "1"], ["1.50", "\(count - 2)"], ["2.50", "1"], ["3.50", "1"]]
            let prices = try await catalog.rows(
                "select price::text, count(*)::text from catalog.products group by price order by price")
            #expect(prices == expected)
            let places = try await catalog.rows(
                "select vendor_product_id from catalog.products where price in (2.5, 3.5) order by price")
            #expect(places == [["G1"], ["G\(far - 1)"]])
            let loaded = try await catalog.value(
                "select total_records || ' ' || valid_records from catalog.upload_history where parent_upload_id = \(parent)::text"
            )
            #expect(loaded == "\(count) \(count)")
            #expect(try await catalog.value("select count(*) from catalog.corrections") == "0")
        }
    }

    @Test("Rows that a mapping has read are corrected in our columns, also of a file without a header")
    func mapped() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let columns = { (names: [String]) in
                zip(["vendor_product_id", "product_name", "category", "sku", "stock_quantity"], names).map {
                    "\"\($0)\": {\"from\": [\"\($1)\"]}"
                }.joined(separator: ", ")
            }
            let mappings = [
                "erp":
                    "{\"columns\": {\(columns(["Nr", "Name", "Art", "EAN", "Lager"])), \"price\": {\"from\": [\"Preis\"], \"number\": \"auto\"}}}",
                "bare":
                    "{\"header\": false, \"columns\": {\(columns(["1", "2", "3", "4", "5"])), \"price\": {\"from\": [\"6\"], \"number\": \",\"}}}",
            ]
            let files = [
                "erp":
                    "Nr;Name;Art;EAN;Lager;Preis;Farbe\nA1;Eins;Audio;E1;1;9,50;rot\nA2;Zwei;Audio;E2;2;gratis;blau\n",
                "bare": "B1;Eins;Audio;F1;1;9,50\nB2;Zwei;Audio;F2;2;gratis\n\"B3;\"x;y\n",
            ]
            for (name, json) in mappings.sorted(by: { $0.key < $1.key }) {
                let put = try await portal.api.call("PUT", "/vendors/V001/mappings/\(name)", json: json)
                #expect(put.status == 200, "\(put.text)")
                let sent = try await portal.api.call(
                    "POST", "/uploads?fileName=\(name).csv&mapping=\(name)", csv: files[name])
                let uploadID = try #require(sent["uploadId"], "\(sent.text)")
                try await portal.api.end(of: uploadID)
                let path = "/portal/uploads/\(uploadID)"
                #expect(try await portal.get(path, cookie: cookie).text.contains("href=\"\(path)/fix\""))
                let grid = try await portal.get("\(path)/fix", cookie: cookie).text
                #expect(grid.contains(">price</th>") && !grid.contains("Farbe") && !grid.contains(">6</th>"), "\(grid)")
                // What could not be split is not among them.
                #expect(grid.contains("0 of 1 row changed") && grid.contains("value=\"gratis\""), "\(grid)")
                let place = try #require(grid.firstMatch(of: /name="(2\.[0-9]+)" value="gratis"/)).1
                let checked = try await portal.post("\(path)/fix/rows", cookie: cookie, form: "\(place)=7.25")
                #expect(checked.text.contains("This row is good now") && checked.text.contains("1 of 1 row changed"))
                let submitted = try await portal.post("\(path)/fix/submit", cookie: cookie)
                let next = try #require(submitted.headers["location"], "\(submitted.text)")
                try await portal.api.end(of: String(next.split(separator: "/").last ?? ""))
                #expect(try await portal.get(next, cookie: cookie).text.contains("The row was loaded"))
            }
            let prices = try await portal.api.service.catalog.rows(
                "select vendor_product_id, price::text from catalog.products order by 1")
            #expect(prices == [["A1", "9.50"], ["A2", "7.25"], ["B1", "9.50"], ["B2", "7.25"]])
        }
    }

    @Test("Every page weighs less than 100 kB with its assets, and is compressed for who takes it so")
    func weight() async throws {
        try await PortalEnvironment.with { portal in
            let catalog = portal.api.service.catalog
            try await catalog.succeed("category", "import", Project.file("examples/categories.csv"))
            let line = try await catalog.ingest(Project.file("examples/VEND001_products.csv"))
            let upload = "/portal/uploads/\(line.uploadId)"
            let ofVendors = [
                "/portal", upload, "\(upload)/fix", "\(upload)/undo", "/portal/products",
                "/portal/products/V001/PROD0001",
                "/portal/mappings", "/portal/tokens",
            ]
            let ofStaff = [
                "/ops", "/ops/jobs", "/ops/vendors", "/ops/categories", "/ops/routes", "/ops/relay", "/ops/enrichment",
                "/audit", "/audit/actions", "/audit/products/V001/PROD0001",
            ]
            for (role, paths) in [("V001", ofVendors), ("operator", ofStaff)] {
                let cookie = try #require(try await portal.signIn(as: role))
                for path in paths {
                    let bytes = try await portal.weight(of: path, cookie: cookie)
                    #expect(bytes < 100_000, "\(path) weighs \(bytes)")
                }
                for (coding, isTaken) in [("gzip", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("br", false)]
                {
                    let headers = [("Accept-Encoding", coding)]
                    let answer = try await portal.send("GET", paths[0], cookie: cookie, headers: headers)
                    #expect(
                        answer.status == 200 && (answer.headers["content-encoding"] == "gzip") == isTaken, "\(coding)")
                }
            }
        }
    }

    @Test("Cells that do not fit the page are not lost in silence")
    func pasteBeyondTheEdge() async throws {
        try await PortalEnvironment.with { portal in
            let uploadID = try await portal.api.upload("edge")
            #expect(try await portal.browse("paste_beyond", ["path": "/portal/uploads/\(uploadID)"]) == [])
        }
    }
}
