import Curl
import Foundation
import Postgres
import Tabular
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
            #expect(
                try await catalog.value("select count(*) from catalog.corrections where sent_upload_id is null") == "0")
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

    @Test("Rows that only a mapping of the command line has read are corrected in our columns, with their attributes")
    func mappedByCommand() async throws {
        try await PortalEnvironment.with { portal in
            let catalog = portal.api.service.catalog
            let columns = [
                "vendor_product_id": "Nr", "product_name": "Name", "category": "Art", "sku": "EAN", "price": "Preis",
                "stock_quantity": "Lager",
            ]
            let sources = columns.sorted { $0.key < $1.key }.map { "\"\($0)\": {\"from\": [\"\($1)\"]}" }
            let map = try catalog.folder.write(
                "{\"columns\": {\(sources.joined(separator: ", "))}, \"attributes\": {\"colour\": {\"from\": [\"Farbe\"]}}}",
                to: "map.json")
            let file = try catalog.folder.write(
                "Nr,Name,Art,EAN,Lager,Preis,Farbe\nA1,Eins,Audio,E1,1,9.50,rot\nA2,Zwei,Audio,E2,2,gratis,blau\n",
                to: "erp.csv")
            let line = try await catalog.ingest(file, "--map", map)
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let path = "/portal/uploads/\(line.uploadId)/fix"
            let grid = try await portal.get(path, cookie: cookie).text
            let place = try #require(grid.firstMatch(of: /name="(2\.[0-9]+)" value="gratis"/), "\(grid)").1
            #expect(grid.contains("value=\"blau\"") && !grid.contains(">brand</th>"))
            #expect(try await portal.post("\(path)/rows", cookie: cookie, form: "\(place)=7.25").status == 200)
            let next = try #require(try await portal.post("\(path)/submit", cookie: cookie).headers["location"])
            try await portal.api.end(of: String(next.split(separator: "/").last ?? ""))
            let products = try await catalog.rows(
                "select vendor_product_id, price::text, attributes ->> 'colour' from catalog.products order by 1")
            #expect(products == [["A1", "9.50", "rot"], ["A2", "7.25", "blau"]])
        }
    }

    /// A workbook of one sheet with these rows.
    private static func workbook(_ rows: [[String]]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let writer = WorkbookWriter { bytes.append(contentsOf: $0) }
        try writer.beginSheet(.init("Products"))
        for row in rows { try writer.row(row.map { .number($0) }) }
        try writer.finish()
        return bytes
    }

    @Test(
        "An error value of a workbook, in our column or an attribute, is told in the grid until it is corrected, is loaded by no other correction of its row, and stays one in what is sent"
    )
    func errorValues() async throws {
        try await PortalEnvironment.with { portal in
            let catalog = portal.api.service.catalog
            try await catalog.succeed("vendor", "attributes", "V001", "keep")
            let header = ServiceEnvironment.header.trimmingCharacters(in: .newlines) + ",brand,colour"
            let rows = ["P1,Lamp,Audio,S1,1.5,1,Acme,red", "P2,Lamp,Audio,S2,free,1,#N/A,#REF!"]
            let bytes = try Self.workbook(([header] + rows).map { $0.split(separator: ",").map(String.init) })
            let line = try await catalog.ingest(try catalog.folder.write(bytes, to: "lamps.xlsx"))
            let cookie = try #require(try await portal.signIn(as: "V001"))
            /// Corrects cells of the one row that is left, and sends it.
            func correct(_ uploadID: String, _ form: String) async throws -> (grid: String, next: String) {
                let path = "/portal/uploads/\(uploadID)/fix"
                let checked = try await portal.post("\(path)/rows", cookie: cookie, form: form)
                let sent = try await portal.post("\(path)/submit", cookie: cookie)
                let next = sent.headers["location"]?.split(separator: "/").last.map(String.init)
                try await portal.api.end(of: try #require(next, "\(sent.text)"))
                return (checked.text, next ?? "")
            }
            let first = try await correct(line.uploadId, "2.4=2.5")
            #expect(!first.grid.contains("This row is good now"), "\(first.grid)")
            for field in ["brand", "attribute.colour"] {
                #expect(first.grid.contains("\(field) is an error value of the workbook"), "\(first.grid)")
            }
            #expect(try await catalog.value("select count(*) from catalog.products") == "1")
            let second = try await correct(first.next, "1.6=Acme&1.7=blue")
            #expect(second.grid.contains("This row is good now"), "\(second.grid)")
            let products = try await catalog.rows(
                "select sku, price::text, brand, attributes ->> 'colour' from catalog.products order by sku")
            #expect(products == [["S1", "1.50", "Acme", "red"], ["S2", "2.50", "Acme", "blue"]])
        }
    }

    @Test("Rows that were sent are neither asked for again nor sent twice, and the others still wait")
    func sentInPieces() async throws {
        try await PortalEnvironment.with { portal in
            let text =
                ServiceEnvironment.header
                + (1...3).map { "P\($0),Name,Audio,S\($0),\($0 == 3 ? "1" : "free"),1\n" }.joined()
            let parent = try #require(
                try await portal.api.call("POST", "/uploads?fileName=two.csv", csv: text)["uploadId"])
            try await portal.api.end(of: parent)
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let path = "/portal/uploads/\(parent)"
            let send = { (form: String) in
                #expect(try await portal.post("\(path)/fix/rows", cookie: cookie, form: form).status == 200)
                let answers = try await withThrowingTaskGroup(of: APIEnvironment.Answer.self) { group in
                    for _ in 0..<3 { group.addTask { try await portal.post("\(path)/fix/submit", cookie: cookie) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.map(\.status).sorted() == [303, 409, 409])
                let next = answers.compactMap { $0.headers["location"] }.first ?? ""
                try await portal.api.end(of: String(next.split(separator: "/").last ?? ""))
                return next
            }
            let first = try await send("1.4=2.50")
            let grid = try await portal.get("\(path)/fix", cookie: cookie).text
            #expect(
                grid.contains("0 of 1 row changed") && !grid.contains("value=\"P1\"") && grid.contains("value=\"P2\""))
            #expect(try await portal.post("\(path)/fix/rows", cookie: cookie, form: "1.4=3").status == 404)
            let page = try await portal.get(path, cookie: cookie).text
            #expect(
                page.contains("2 rows needed correction: 1 sent again, 1 left.")
                    && page.contains("1 to correct · 1 corrected"))
            #expect(try await portal.get("/portal", cookie: cookie).text.contains("<h2>To correct</h2>"))
            // Undone, its row is to be corrected again, as it was sent.
            #expect(try await portal.post("\(first)/undo", cookie: cookie).status == 303)
            let again = try await portal.get("\(path)/fix", cookie: cookie).text
            #expect(again.contains("1 of 2 rows changed") && again.contains("value=\"2.50\""), "\(again)")
            _ = try await send("2.4=3.50")
            let done = try await portal.get(path, cookie: cookie).text
            #expect(done.contains("2 rows needed correction and were sent again.") && !done.contains("\(path)/fix"))
            #expect(!(try await portal.get("/portal", cookie: cookie).text.contains("<h2>To correct</h2>")))
            #expect(
                try await portal.get("\(path)/fix", cookie: cookie).text.contains("There is no row left to correct."))
            let prices = try await portal.api.service.catalog.rows(
                "select price::text from catalog.products order by 1")
            #expect(prices == [["1.00"], ["2.50"], ["3.50"]])
        }
    }

    @Test(
        "What was only checked is called so, and rows of a file that is loaded whole or not at all are corrected in it")
    func checkedAndRefused() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let ways: [(parameters: String, words: String, canFix: Bool)] = [
                ("&dryRun=true", "Rows without a mistake can be loaded as they are. Correct the others here", true),
                ("&policy=all-or-nothing", "This file is loaded whole or not at all", false),
                ("", "Rows without a mistake are loaded. Correct the others here", true),
            ]
            for (parameters, words, canFix) in ways {
                let id = try await portal.api.upload("mark", parameters)
                let path = "/portal/uploads/\(id)"
                let page = try await portal.get(path, cookie: cookie).text
                #expect(page.contains(words) && page.contains("\(path)/fix\"") == canFix, "\(page)")
                #expect(page.contains("Partly loaded") == parameters.isEmpty, "\(parameters)")
                #expect(try await portal.get("\(path)/fix", cookie: cookie).status == (canFix ? 200 : 409))
                // There is nothing to undo, and nobody is asked whether to.
                #expect(try await portal.get("\(path)/undo", cookie: cookie).status == (parameters.isEmpty ? 200 : 409))
            }
        }
    }

    @Test("Undoing is shown before it is done, that of an undoing too")
    func undoingAnUndoing() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let path = "/portal/uploads/\(try await portal.api.upload("mark"))"
            #expect(
                try await portal.get("\(path)/undo", cookie: cookie).text.contains(
                    "<strong>1 product</strong> will be removed"))
            #expect(try await portal.post("\(path)/undo", cookie: cookie).status == 303)
            let undoing =
                try await portal.api.service.value("select upload_id from catalog.upload_history where kind = 'revert'")
                ?? ""
            #expect(!(try await portal.get("/portal", cookie: cookie).text.contains("aria-label=\"\"")))
            let page = try await portal.get("/portal/uploads/\(undoing)/undo", cookie: cookie).text
            #expect(page.contains("<strong>1 product</strong> that it had removed comes back"), "\(page)")
            #expect(try await portal.post("/portal/uploads/\(undoing)/undo", cookie: cookie).status == 303)
            #expect(try await portal.get("/portal/products/V001/mark-1", cookie: cookie).status == 200)
            #expect(try await portal.get("/portal/uploads/\(undoing)", cookie: cookie).text.contains("1 created again"))
        }
    }

    @Test("A form that was refused leads back to the page where it was, and to no other site")
    func backToTheForm() async throws {
        try await PortalEnvironment.with(["CATALOG_PUBLIC_URL": "https://shop.example/catalog"]) { portal in
            let cookie = try #require(
                try await portal.post(
                    "/sign-in", cookie: nil, form: "token=\(portal.api.tokens["V001"] ?? "")"
                ).headers["set-cookie"]?.prefix { $0 != ";" }.description)
            let id = try await portal.api.upload("mark")
            let forms: [(referer: String, link: String?)] = [
                ("https://shop.example/catalog/portal/uploads/\(id)/fix?after=1", "/catalog/portal/uploads/\(id)/fix"),
                ("https://shop.example/other", nil), ("javascript:alert(1)", nil), ("//evil.example", nil),
                ("https://evil.example/catalog//evil.example/\"><b>", "/catalog/evil.example/%22%3E%3Cb%3E"),
            ]
            for (referer, link) in forms {
                let answer = try await portal.post(
                    "/portal/uploads/\(id)/fix/submit", cookie: cookie,
                    headers: [("Sec-Fetch-Site", "same-origin"), ("Referer", referer)])
                #expect(answer.status == 409 && answer.text.contains("No row was changed yet: correct one first."))
                let back = answer.text.firstMatch(of: /<a class="button" href="([^"]*)">Back</).map { String($0.1) }
                #expect(back == link, "\(referer)")
            }
            #expect(try await portal.get("/portal/nowhere", cookie: cookie).text.contains("There is no such page."))
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
