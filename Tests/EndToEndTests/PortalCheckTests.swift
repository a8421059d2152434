import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// `/portal/check`: what is found out about a file before it is sent.
@Suite(.timeLimit(.minutes(10))) struct PortalCheckTests {
    private static let foreign =
        "Artikelnummer;Bezeichnung;Kategorie;SKU;Preis;Lagerbestand;Farbe\n"
        + "A1;Lampe;Audio;E1;9,50;3;rot\nA2;Tisch;Audio;E2;gratis;4;blau\nA3;Stuhl;Audio;E1;1,00;5;rot\n"

    @Test(
        "A foreign header is proposed with its grounds, its first rows are checked as chosen, and nothing is kept by that"
    )
    func look() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let fields = ["mode": "upsert"]
            let first = try await portal.post(
                "/portal/check", Self.foreign, named: "lager.csv", cookie: cookie, fields: fields)
            #expect(first.status == 200 && first.text.contains("data-header=\"unknown\""), "\(first.text)")
            #expect(
                first.text.contains("Known name") && first.text.contains("Please check: has our name")
                    && first.text.contains("value=\"lager\""))
            #expect(first.text.contains("The first 3 rows: 2 with mistakes"), "\(first.text)")
            #expect(first.text.contains("Price must be a number with at most 2 decimals: &#39;gratis&#39;"))
            #expect(first.text.contains("Duplicate SKU: E1 already used in row 1"))
            #expect(first.text.contains(">9.50<"), "as it would be loaded")
            // Another column for the SKU, none for the price.
            let other = fields.merging(["from.sku": "0", "from.price": "none"]) { $1 }
            let second = try await portal.post(
                "/portal/check", Self.foreign, named: "lager.csv", cookie: cookie, fields: other)
            #expect(second.text.contains("Nothing is taken for price yet") && !second.text.contains("Duplicate SKU"))
            #expect(second.text.contains("Required field is missing: price"))
            let refused = try await portal.post(
                "/portal/check/keep", Self.foreign, named: "lager.csv", cookie: cookie, fields: other)
            #expect(refused.status == 400 && refused.text.contains("Nothing is taken for price"))
            // A row that goes on behind the part that was sent is not judged.
            let cut = Self.foreign + "A4;\"Re"
            for (part, words) in [("true", "The first 3 rows"), ("false", "The first 4 rows")] {
                let some = try await portal.post(
                    "/portal/check", cut, named: "a.csv", cookie: cookie, fields: ["part": part])
                #expect(some.text.contains(words), "\(part): \(some.text)")
            }
            let catalog = portal.api.service.catalog
            #expect(try await catalog.value("select count(*) from catalog.mappings") == "0")
            #expect(try await catalog.value("select count(*) from catalog.upload_history") == "0")
            #expect(
                try await catalog.value("select count(*) from audit.actions where action like '%check%'") == "0")
        }
    }

    @Test("What was chosen is kept under a name, reads the upload, and the next file with the header needs no question")
    func keep() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let fields = ["mode": "upsert", "from.sku": "0", "from.vendor_product_id": "0", "name": "erp"]
            let kept = try await portal.post(
                "/portal/check/keep", Self.foreign, named: "lager.csv", cookie: cookie, fields: fields)
            #expect(kept.headers["location"] == "/portal?mapping=erp", "\(kept.status) \(kept.text)")
            #expect(try await portal.get("/portal?mapping=erp", cookie: cookie).text.contains("<strong>erp</strong>"))
            let sent = try await portal.post(
                "/portal/uploads", Self.foreign, named: "lager.csv", cookie: cookie,
                fields: ["mode": "upsert", "mapping": "erp"])
            let path = try #require(sent.headers["location"])
            try await portal.api.end(of: String(path.split(separator: "/").last ?? ""))
            #expect(try await portal.get(path, cookie: cookie).text.contains("2 of 3 rows were loaded"))
            // The same header; and the same columns in another order, which only this mapping fits.
            let again = try await portal.post("/portal/check", Self.foreign, named: "b.csv", cookie: cookie)
            #expect(again.text.contains("it is read as &#39;erp&#39; says") && !again.text.contains("name=\"mapping\""))
            let turned = "Preis;Artikelnummer;Bezeichnung;Kategorie;SKU;Lagerbestand\n9,50;A9;Bett;Audio;E9;1\n"
            let fitting = try await portal.post("/portal/check", turned, named: "c.csv", cookie: cookie)
            #expect(fitting.text.contains("name=\"mapping\" value=\"erp\""), "\(fitting.text)")
            let ours = try await portal.post(
                "/portal/check", APIEnvironment.file("own"), named: "d.csv", cookie: cookie)
            #expect(ours.text.contains("The columns of this file are known."))
        }
    }

    @Test("What no column has may be the same in every row, and is kept so")
    func constants() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let file = "Preis;Artikelnummer;Bezeichnung;Lagerbestand\n9,50;A9;Bett;1\n19,90;A10;Tisch;2\n"
            let first = try await portal.post("/portal/check", file, named: "c.csv", cookie: cookie)
            #expect(first.text.contains("Nothing is taken for category yet") && first.text.contains("always.category"))
            // A SKU is never the same in every row.
            #expect(!first.text.contains("always.sku"))
            let fields = ["name": "flat", "mode": "upsert", "from.category": "none", "always.category": " Audio "]
            let again = try await portal.post("/portal/check", file, named: "c.csv", cookie: cookie, fields: fields)
            #expect(again.text.contains("value=\"Audio\"") && again.text.contains("The first 2 rows: no mistake"))
            let kept = try await portal.post("/portal/check/keep", file, named: "c.csv", cookie: cookie, fields: fields)
            #expect(kept.headers["location"] == "/portal?mapping=flat", "\(kept.status) \(kept.text)")
            let sent = try await portal.post(
                "/portal/uploads", file, named: "c.csv", cookie: cookie, fields: ["mode": "upsert", "mapping": "flat"])
            let path = try #require(sent.headers["location"])
            try await portal.api.end(of: String(path.split(separator: "/").last ?? ""))
            let categories = try await portal.api.service.catalog.rows(
                "select distinct category, count(*) over () from catalog.products")
            #expect(categories == [["Audio", "2"]])
        }
    }

    @Test("Long names of columns are cut on the page, which would have each of them in every list")
    func wideHeader() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let name = String(repeating: "N", count: 20_000)
            let page = try await portal.post("/portal/check", "\(name);Name\n1;2\n", named: "a.csv", cookie: cookie)
            #expect(page.status == 200 && page.text.contains("data-header=\"unknown\""))
            #expect(!page.text.contains(name.prefix(100)) && page.text.utf8.count < 50_000)
        }
    }

    @Test(
        "Only who may upload looks at files, and only by the mappings of the vendor itself; what is no table is refused in words"
    )
    func rights() async throws {
        try await PortalEnvironment.with { portal in
            let cookies = try await ["V001", "V002", "operator", "auditor"].asyncMap {
                try #require(try await portal.signIn(as: $0))
            }
            let keep = ["name": "mine", "vendor": "V002", "mode": "upsert", "from.sku": "0"]
            // A vendor's own, whatever the form says.
            #expect(
                try await portal.post(
                    "/portal/check/keep", Self.foreign, named: "a.csv", cookie: cookies[0], fields: keep
                ).headers["location"] == "/portal?mapping=mine")
            let catalog = portal.api.service.catalog
            #expect(try await catalog.rows("select vendor_id, name from catalog.mappings") == [["V001", "mine"]])
            let other = try await portal.post("/portal/check", Self.foreign, named: "a.csv", cookie: cookies[1])
            #expect(other.text.contains("data-header=\"unknown\"") && !other.text.contains("mine"))
            let unnamed = try await portal.post("/portal/check", Self.foreign, named: "a.csv", cookie: cookies[2])
            #expect(unnamed.status == 400 && unnamed.text.contains("say whose file it is"))
            let named = try await portal.post(
                "/portal/check", Self.foreign, named: "a.csv", cookie: cookies[2], fields: ["vendor": "V001"])
            #expect(named.text.contains("mine"))
            for path in ["/portal/check", "/portal/check/keep"] {
                let auditor = try await portal.post(
                    path, Self.foreign, named: "a.csv", cookie: cookies[3], fields: keep)
                #expect(auditor.status == 403)
                let nobody = try await portal.post(path, Self.foreign, named: "a.csv", cookie: nil, fields: keep)
                #expect(nobody.status == 303)
            }
            let picture = try await portal.post("/portal/check", "%PDF-1.7 x", named: "a.csv", cookie: cookies[0])
            #expect(picture.status == 400 && picture.text.contains("PDF document"))
            let bad = keep.merging(["name": "../x"]) { $1 }
            let name = try await portal.post(
                "/portal/check/keep", Self.foreign, named: "a.csv", cookie: cookies[0], fields: bad)
            #expect(name.status == 400 && name.text.contains("cannot be a name"))
        }
    }

    @Test(
        "In a browser: a large file is looked at by its beginning, columns are chosen by keyboard, and the file is read so"
    )
    func browser() async throws {
        try await PortalEnvironment.with { portal in
            // Beyond the piece that is looked at; what stands behind it is seen by the server alone.
            let rows = (1...9000).map { "A\($0);Lampe \($0);Audio;E\($0);\($0 == 2 ? "gratis" : "9,50");3;grün" }
            let text =
                "Artikelnummer;Bezeichnung;Kategorie;Zeichen;Preis;Lagerbestand;Farbe\n" + rows.joined(separator: "\n")
            let folder = portal.api.service.catalog.folder
            let file = try folder.write(text + "\n", to: "lager.csv")
            let ours = try folder.write(ServiceEnvironment.file(good: 2, bad: 0, prefix: "O"), to: "ours.csv")
            let book = try folder.write(text + "\n", to: "lager2.csv")
            let problems = try await portal.browse("check", ["file": file, "again": book, "ours": ours])
            #expect(problems == [])
            let mappings = try await portal.api.service.catalog.rows("select name, version from catalog.mappings")
            #expect(mappings == [["lager", "1"]])
            #expect(try await portal.api.service.catalog.value("select count(*) from catalog.products") == "9001")
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
