import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// The pages, by requests as a browser sends them.
@Suite(.timeLimit(.minutes(10))) struct PortalTests {
    /// Texts that try to become part of the page. Whatever runs says so in `window.hacked`.
    static let hostile = [
        "<script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>", "\"><svg onload=window.hacked=1>",
        "'-window.hacked=1-'", "</td></tr></table><script>window.hacked=1</script>",
        "<!--<script>window.hacked=1</script>",
        "javascript:window.hacked=1", "{{7*7}}", "${7*7}", "<%= 7*7 %>", "&lt;script&gt;", "&#60;b&#62;",
        "<b hx-get=/sign-out hx-trigger=load>x</b>", "<a href=//evil.example>x</a>", "<style>*{display:none}</style>",
        "<base href=//evil.example>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<iframe src=/>",
        "</textarea><script>window.hacked=1</script>", "</title><script>window.hacked=1</script>", "]]><b>x",
        "\u{202E}evil", "\u{200B}\u{FEFF}", "a\u{301}\u{301}\"\u{301}>\u{301}", "=cmd|'/c calc'!A1", "../../etc/passwd",
        "' or 1=1 --", "<details open ontoggle=window.hacked=1>", "<form action=//evil.example><button>",
        "𝕏<\u{FE0F}script>",
    ]

    private static func markup(_ text: String) -> Bool { text.unicodeScalars.contains("<") }

    @Test("One signs in by a token, and the session ends by signing out, with its token, and by time")
    func sessions() async throws {
        try await PortalEnvironment.with { portal in
            let closed = try await portal.get("/portal", cookie: nil)
            #expect(closed.status == 303 && closed.headers["location"] == "/sign-in?next=%2Fportal")
            #expect(try await portal.signIn("cat_wrong_token") == nil)
            let cookie = try #require(try await portal.signIn(as: "V001"))
            #expect(cookie.hasPrefix("catalog=ses_"))
            let page = try await portal.get("/portal", cookie: cookie)
            #expect(page.status == 200 && page.text.contains("V001"))
            #expect(page.headers["content-security-policy"]?.contains("unsafe") == false)
            #expect(page.headers["cache-control"] == "no-store")
            // One door each: a cookie opens no route, a token no page.
            #expect(try await portal.get("/uploads", cookie: cookie).status == 401)
            #expect(try await portal.api.call("GET", "/portal", as: "V001").status == 303)

            #expect(try await portal.post("/sign-out", cookie: cookie).status == 303)
            #expect(try await portal.get("/portal", cookie: cookie).status == 303)

            for (statement, isOver) in Self.ends {
                let cookie = try #require(try await portal.signIn(as: "V002"))
                try await portal.api.service.pool.transaction { _ = try $0.execute(statement) }
                #expect((try await portal.get("/portal", cookie: cookie).status == 303) == isOver, "\(statement)")
            }
        }
    }

    private static let ends: [(Statement, Bool)] = [
        ("update catalog.sessions set seen_at = seen_at - interval '29 minutes'", false),
        ("update catalog.sessions set seen_at = seen_at - interval '31 minutes'", true),
        ("update catalog.sessions set expires_at = expires_at - interval '12 hours'", true),
        ("update catalog.api_tokens set revoked_at = now() where vendor_id = 'V002'", true),
    ]

    @Test("Nothing that another site sends changes anything")
    func foreignSites() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let origins: [[(String, String)]] = [
                [], [("Origin", "null")], [("Origin", "https://evil.example")],
                [("Sec-Fetch-Site", "cross-site"), ("Origin", portal.api.url)], [("Sec-Fetch-Site", "same-site")],
                [("Sec-Fetch-Site", "none")],
            ]
            for headers in origins {
                let upload = try await portal.upload(APIEnvironment.file("evil"), cookie: cookie, headers: headers)
                #expect(upload.status == 403 && upload.headers["content-type"]?.hasPrefix("text/html") == true)
                #expect(try await portal.post("/sign-out", cookie: cookie, headers: headers).status == 403)
                #expect(try await portal.post("/sign-in", cookie: nil, headers: headers, form: "token=x").status == 403)
            }
            #expect(try await portal.get("/portal", cookie: cookie).text.contains("Nothing was uploaded yet"))
            #expect(
                try await portal.upload(
                    APIEnvironment.file("own"), cookie: cookie, headers: [("Origin", portal.api.url)]
                ).status == 303)
        }
    }

    @Test("Each page shows a role its own rows alone, an auditor finds no button, and nobody sees anything")
    func roles() async throws {
        try await PortalEnvironment.with { portal in
            let uploadID = try await portal.api.upload("mark1")
            let paths = ["", "/errors", "/rejected", "/events"].map { "/portal/uploads/\(uploadID)\($0)" }
            for path in paths + ["/portal", "/portal/uploads/\(uploadID)/undo"] {
                #expect(try await portal.get(path, cookie: nil).status == 303, "\(path)")
            }
            for (role, isSeen) in [("V001", true), ("V002", false), ("operator", true), ("auditor", true)] {
                let cookie = try #require(try await portal.signIn(as: role))
                #expect(try await portal.get("/portal", cookie: cookie).text.contains("mark1.csv") == isSeen, "\(role)")
                for path in paths {
                    let page = try await portal.get(path, cookie: cookie)
                    #expect(page.status == (isSeen ? 200 : 404), "\(role) \(path): \(page.status)")
                    #expect(isSeen || !page.text.contains("mark1"), "\(role) \(path)")
                }
                guard role == "auditor" || role == "V002" else { continue }
                for action in ["undo", "retry", "cancel"] {
                    let answer = try await portal.post("/portal/uploads/\(uploadID)/\(action)", cookie: cookie)
                    #expect(answer.status == (role == "auditor" ? 403 : 404), "\(role) \(action)")
                }
            }
            let auditor = try #require(try await portal.signIn(as: "auditor"))
            for path in ["/portal", paths[0]] {
                let buttons =
                    try await portal.get(path, cookie: auditor).text.components(separatedBy: "<button").count - 1
                #expect(buttons == 1, "an auditor can sign out, and nothing else: \(path)")
            }
            #expect(try await portal.upload("x", cookie: auditor).status == 403)
        }
    }

    @Test("A form that comes twice does its work once, and leaves a row that says who did what")
    func forms() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let first = try await portal.upload(APIEnvironment.file("twice"), cookie: cookie, key: "k1")
            let second = try await portal.upload(APIEnvironment.file("twice"), cookie: cookie, key: "k1")
            #expect(first.status == 303 && second.headers["location"] == first.headers["location"])
            // A browser that went back shows the form as it was.
            let other = try await portal.upload(APIEnvironment.file("other"), cookie: cookie, key: "k1")
            #expect(other.status == 422 && other.text.contains("Open its page again, and send it from there."))
            let path = try #require(first.headers["location"])
            try await portal.api.end(of: String(path.split(separator: "/").last ?? ""))
            #expect(try await portal.post("\(path)/undo", cookie: cookie).status == 303)
            #expect(try await portal.get(path, cookie: cookie).text.contains("This upload was undone"))
            let id = portal.api.tokens["V001"]?.split(separator: "_")[1] ?? ""
            let actions = try await portal.api.service.catalog.rows(
                "select action, actor from audit.actions where action like '% /portal%' order by at")
            #expect(
                actions == [
                    ["POST /portal/uploads", "token:\(id)"],
                    ["POST /portal/uploads/{uploadId}/undo", "token:\(id)"],
                ])
        }
    }

    @Test("Wrong paths, methods and values are answered by pages, and the interface stays as it is")
    func problems() async throws {
        try await PortalEnvironment.with(["CATALOG_PUBLIC_URL": "https://shop.example/catalog"]) { portal in
            // Behind a proxy: links begin with its path, the cookie is for TLS alone.
            let origin = [("Origin", "https://shop.example")]
            let answer = try await portal.post(
                "/sign-in", cookie: nil, headers: origin,
                form: "token=\(portal.api.tokens["V001"] ?? "")&next=//evil.example")
            #expect(answer.headers["location"] == "/catalog/portal")
            let set = try #require(answer.headers["set-cookie"])
            #expect(set.hasPrefix("__Host-catalog=ses_") && set.hasSuffix("; HttpOnly; SameSite=Strict; Secure"))
            let cookie = String(set.prefix { $0 != ";" })
            let page = try await portal.get("/portal", cookie: cookie)
            #expect(page.text.contains("href=\"/catalog/assets/portal-") && !page.text.contains("\"/portal"))
            for (method, path, status) in [
                ("GET", "/portal/nowhere", 404), ("DELETE", "/portal", 405), ("GET", "/portal?before=%FF", 400),
                ("GET", "/portal/uploads/U_none", 404),
            ] {
                let answer = try await portal.send(method, path, cookie: cookie, headers: origin)
                #expect(answer.status == status && answer.text.hasPrefix("<!doctype html>"), "\(path) \(answer.status)")
            }
            #expect(try await portal.api.call("GET", "/nowhere").problem == "not-found")
            #expect(!(try await portal.api.call("GET", "/openapi.json", as: nil).text.contains("/portal")))
        }
    }

    /// A file with each text in every column that takes it: rows that are rejected, and rows that are loaded. Some texts are names of
    /// columns, too.
    private static func hostileFile() -> String {
        // Scalar by scalar: a quotation mark with an accent would be another character.
        let quoted = hostile.map { text in
            "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
        }
        let columns = ["vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity"]
        let others = ["brand", "subcategory", "description", "dimensions_cm"]
        let names = quoted.filter { $0.contains("<") }.prefix(12)
        let header = (columns + others + names).joined(separator: ",")
        let rest = names.joined(separator: ",")
        let rows = quoted.enumerated().flatMap { index, cell in
            let same = Array(repeating: cell, count: 10).joined(separator: ",")
            return [
                "\(same),\(rest)", "P\(index),\(cell),Audio,S\(index),1.50,1,\(cell),\(cell),\(cell),,\(rest)",
                "\(cell),Name,Audio,\(cell),1.50,1,,,,,\(rest)",
            ]
        }
        return ([header] + rows).joined(separator: "\n") + "\n"
    }

    @Test("Whatever a vendor writes into any field is shown as text, on every page that shows it")
    func hostileTexts() async throws {
        try await PortalEnvironment.with { portal in
            #expect(Self.hostile.count == 30)
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let name = "<img src=x onerror=window.hacked=1>.csv"
            let answer = try await portal.upload(Self.hostileFile(), named: name, cookie: cookie)
            let path = try #require(answer.headers["location"], "\(answer.status) \(answer.text)")
            try await portal.api.end(of: String(path.split(separator: "/").last ?? ""))
            for text in Self.hostile where text.unicodeScalars.count <= 100 {
                var allowed = CharacterSet.alphanumerics
                allowed.insert("-")
                let form = "description=\(text.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")&days=1"
                let made = try await portal.post("/portal/tokens", cookie: cookie, form: form)
                // What is invisible is refused.
                #expect(made.status == 200 || made.status == 400, "\(text): \(made.status)")
            }
            let sources = ["columns": ["sku": ["from": Self.hostile]]]
            let mapping = String(decoding: try JSONSerialization.data(withJSONObject: sources), as: UTF8.self)
            let put = try await portal.api.call("PUT", "/vendors/V001/mappings/m", json: mapping)
            #expect(put.status == 200, "\(put.text)")
            let ofVendor = [
                path, "/portal", "\(path)/undo", "\(path)/fix", "/portal/products", "/portal/products?q=%3Cscript%3E",
                "/portal/products/V001/P1", "/portal/products/V001/%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E",
                "/portal/tokens", "/portal/mappings", "/portal?mapping=%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E",
            ]
            let ofStaff = [
                "/portal", path, "/ops/vendors", "/ops/categories",
                "/ops/category?name=%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E",
                "/audit", "/audit/products/V001/P1", "/audit/actions", "/audit/actions?object=%3Cscript%3E",
            ]
            for (role, pages) in [("V001", ofVendor), ("operator", ofStaff)] {
                let cookie = try #require(try await portal.signIn(as: role))
                for page in pages {
                    let answer = try await portal.get(page, cookie: cookie)
                    #expect(answer.status == 200, "\(page)")
                    Self.expectText(answer.text, page, besides: name)
                }
                let problems = try await portal.browse("pages", as: role, ["paths": pages])
                #expect(problems == [])
            }
            // Before it is sent, as well: names of columns and cells.
            let foreign = Self.hostileFile().replacing("product_name", with: "Bezeichnung")
            let look = try await portal.post("/portal/check", foreign, named: name, cookie: cookie)
            #expect(look.text.contains("data-header=\"unknown\"") && look.text.contains("&lt;script&gt;"))
            Self.expectText(look.text, "/portal/check", besides: name)
        }
    }

    private static func expectText(_ page: String, _ path: String, besides name: String) {
        for hostile in hostile + [name] where markup(hostile) && !hostile.hasPrefix("</t") {
            #expect(!page.contains(hostile), "\(path): \(hostile)")
        }
    }

    @Test("A vendor finds its products and their past, and makes and revokes tokens of its own")
    func productsAndTokens() async throws {
        try await PortalEnvironment.with { portal in
            try await portal.api.upload("mark1")
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let other = try #require(try await portal.signIn(as: "V002"))
            let product = "/portal/products/V001/mark1-1"
            #expect(try await portal.get("/portal/products?q=mark1", cookie: cookie).text.contains(product))
            #expect(try await portal.get(product, cookie: cookie).text.contains("Always 1.50"))
            #expect(try await portal.get(product, cookie: other).status == 404)
            #expect(!(try await portal.get("/portal/products", cookie: other).text.contains("mark1")))

            let made = try await portal.post("/portal/tokens?key=t1", cookie: cookie, form: "description=till&days=3")
            let token = try #require(made.text.firstMatch(of: /cat_([a-z0-9]+)_[a-z0-9]+/))
            #expect(try await portal.api.call("GET", "/uploads", as: String(token.0)).status == 200)
            #expect(!(try await portal.get("/portal/tokens", cookie: cookie).text.contains(token.0)))
            // Its secret is shown once, also to a form that comes twice.
            let again = try await portal.post("/portal/tokens?key=t1", cookie: cookie, form: "description=till&days=3")
            #expect(again.status == 409 && !again.text.contains(token.0))
            let revoke = "/portal/tokens/\(token.1)/revoke"
            #expect(try await portal.post(revoke, cookie: other).status == 404)
            #expect(try await portal.post(revoke, cookie: cookie).status == 303)
            let auditor = try #require(try await portal.signIn(as: "auditor"))
            #expect(try await portal.get("/portal/tokens", cookie: auditor).status == 403)
            #expect(try await portal.get("/portal/mappings", cookie: cookie).text.contains("No mapping is kept"))
        }
    }

    @Test("A file is only checked, and then loaded as it was checked")
    func checkAndLoad() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let checked = try await portal.upload(APIEnvironment.file("c"), cookie: cookie, isDryRun: true)
            let path = try #require(checked.headers["location"])
            try await portal.api.end(of: String(path.split(separator: "/").last ?? ""))
            #expect(try await portal.get(path, cookie: cookie).text.contains("Nothing was loaded, because"))
            #expect(try await portal.api.service.catalog.value("select count(*) from catalog.products") == "0")
            let load = try await portal.post("\(path)/load", cookie: cookie)
            let next = try #require(load.headers["location"])
            try await portal.api.end(of: String(next.split(separator: "/").last ?? ""))
            #expect(try await portal.get(next, cookie: cookie).text.contains("1 of 2 rows were loaded: 1 new product."))
        }
    }

    // MARK: In a browser

    @Test("A file is uploaded, watched, understood and undone in a browser, with and without scripts")
    func upload() async throws {
        try await PortalEnvironment.with { portal in
            let file = try portal.api.service.catalog.folder.write(
                ServiceEnvironment.file(good: 3, bad: 2, prefix: "A"), to: "first.csv")
            let seen = try await portal.browse(
                "upload",
                [
                    "file": file, "sentence": "3 of 5 rows were loaded: 3 new products. 2 rows need correction.",
                    "seen": ["Price must be a number with at most 2 decimals: 'free'", "Finished"],
                    "undo": "3 products will be removed",
                ])
            #expect(seen == [])
            let other = try portal.api.service.catalog.folder.write(
                ServiceEnvironment.file(good: 2, bad: 0, prefix: "B"), to: "second.csv")
            let plain = try await portal.browse(
                "scriptless", ["file": other, "sentence": "All 2 rows were loaded: 2 new products."])
            #expect(plain == [])
        }
    }

    @Test("The demo's file with its 50 bad rows is corrected by keyboard and loaded as the oracle says")
    func fix() async throws {
        try await PortalEnvironment.with { portal in
            let catalog = portal.api.service.catalog
            try await catalog.succeed("category", "import", Project.file("examples/categories.csv"))
            let original = Project.file("examples/VEND001_products.csv")
            let line = try await catalog.ingest(original)
            let path = "/portal/uploads/\(line.uploadId)"
            #expect(try await portal.browse("fix", ["path": path]) == [])
            let uploads = try await catalog.rows(
                "select upload_id, object_key from catalog.upload_history where parent_upload_id = \(line.uploadId)::text"
            )
            #expect(uploads.count == 1 && line.errorRecords == 50)
            // The same rows by the oracle: those that were sent, after the file itself.
            let corrected = catalog.folder.file("objects/buckets/uploads/\(uploads.first?[1] ?? "")")
            let products = catalog.folder.file("products.csv")
            _ = try await python(
                "Tests/Oracle/oracle.py",
                [
                    "--categories", Project.file("examples/categories.csv"), "--vendor", "V001", "--products", products,
                    original, corrected,
                ])
            let expected = try String(contentsOfFile: products, encoding: .utf8).split(separator: "\r\n").count - 1
            #expect(expected == 1000)
            #expect(try await catalog.value("select count(*) from catalog.products") == "\(expected)")
        }
    }

    @Test("Cells of a spreadsheet are pasted, found and replaced, and sent as an upload that names its parent")
    func paste() async throws {
        try await PortalEnvironment.with { portal in
            let text =
                ServiceEnvironment.header + "P1,One,Audio,S1,free,1\nP2,Two,Audio,S2,free,1\nP3,Three,Audio,S3,1,1\n"
            let answer = try await portal.api.call("POST", "/uploads?fileName=two.csv", csv: text)
            let parent = try #require(answer["uploadId"])
            try await portal.api.end(of: parent)
            #expect(try await portal.browse("paste", ["path": "/portal/uploads/\(parent)"]) == [])
            let prices = try await portal.api.service.catalog.rows(
                """
                select p.vendor_product_id, p.price::text, p.stock_quantity::text, coalesce(u.parent_upload_id, '')
                from catalog.products p join catalog.upload_history u using (upload_id) order by 1
                """)
            #expect(prices == [["P1", "1.50", "7", parent], ["P2", "2.50", "9", parent], ["P3", "1.00", "1", ""]])
            // Nobody else sees or corrects the rows.
            let other = try #require(try await portal.signIn(as: "V002"))
            let auditor = try #require(try await portal.signIn(as: "auditor"))
            for path in ["", "/rows", "/replace", "/submit"].map({ "/portal/uploads/\(parent)/fix\($0)" }) {
                #expect(try await portal.post(path, cookie: other, form: "1.4=1").status == 404, "\(path)")
                #expect(try await portal.post(path, cookie: auditor, form: "1.4=1").status == 403, "\(path)")
            }
            #expect(try await portal.get("/portal/uploads/\(parent)/fix", cookie: other).status == 404)
        }
    }

    @Test("Without scripts a page of rows is kept and checked by its form")
    func fixByForm() async throws {
        try await PortalEnvironment.with { portal in
            let uploadID = try await portal.api.upload("m")
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let path = "/portal/uploads/\(uploadID)/fix"
            #expect(try await portal.get(path, cookie: cookie).text.contains("name=\"2.4\" value=\"m\""))
            for (value, status) in [("nowhere", 409), ("+m", 303)] {
                let form = "column=price&value=\(value)&by=new"
                #expect(try await portal.post("\(path)/replace", cookie: cookie, form: form).status == status)
            }
            #expect(try await portal.get(path, cookie: cookie).text.contains("name=\"2.4\" value=\"new\""))
            #expect(try await portal.post(path, cookie: cookie, form: "2.4=-1&2.5=1").status == 303)
            #expect(try await portal.get(path, cookie: cookie).text.contains("Price must be at least 0.01"))
            #expect(try await portal.post(path, cookie: cookie, form: "2.4=1.5&2.5=1").status == 303)
            #expect(try await portal.get(path, cookie: cookie).text.contains("This row is good now"))
            #expect(try await portal.post(path, cookie: cookie, form: "x=1").status == 400)
            let sent = try await portal.post("\(path)/submit", cookie: cookie)
            let next = try #require(sent.headers["location"])
            try await portal.api.end(of: String(next.split(separator: "/").last ?? ""))
            #expect(try await portal.get(next, cookie: cookie).text.contains("The row was loaded"))
            #expect(try await portal.post("\(path)/submit", cookie: cookie).status == 409)
        }
    }

    @Test("Corrected rows meet the rules of one's own: a warning leaves a row good, and a row without a value is none")
    func fixByOwnRules() async throws {
        try await PortalEnvironment.with { portal in
            let catalog = portal.api.service.catalog
            try await catalog.succeed("rule", "add", "form", "--column", "sku", "--pattern", "[A-Z][0-9]+")
            try await catalog.succeed(
                "rule", "add", "dear", "--column", "price", "--maximum", "5", "--severity", "warning")
            let text =
                ServiceEnvironment.header + "P1,One,Audio,S1,free,1\nP2,Two,Audio,S2,9,1\nP3,Three,Audio,S3,free,1\n"
            let answer = try await portal.api.call("POST", "/uploads?fileName=own.csv", csv: text)
            let uploadID = try #require(answer["uploadId"])
            try await portal.api.end(of: uploadID)
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let path = "/portal/uploads/\(uploadID)/fix"
            // The second row was loaded with a warning.
            let grid = try await portal.get(path, cookie: cookie).text
            #expect(grid.contains("0 of 2 rows changed") && !grid.contains("value=\"P2\""))
            let wrong = try await portal.post("\(path)/rows", cookie: cookie, form: "1.3=s1&1.4=4").text
            #expect(wrong.contains("1 of 2 rows changed") && wrong.contains("data-wrong=\"3\""), "\(wrong)")
            let empty = "3.0=+&3.1=&3.2=&3.3=&3.4=&3.5="
            let right = try await portal.post("\(path)/rows", cookie: cookie, form: "\(empty)&1.3=S1&1.4=8").text
            #expect(right.components(separatedBy: "This row is good now").count == 3, "\(right)")
            #expect(right.contains("class=\"warning\"") && !right.contains("data-wrong=\"4\""), "\(right)")
        }
    }
}
