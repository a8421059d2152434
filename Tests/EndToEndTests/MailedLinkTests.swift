import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// Signing in by a link that is mailed.
@Suite(.timeLimit(.minutes(10))) struct MailedLinkTests {
    private static let address = "V001@example.com"

    @Test(
        "A link shows a button however often it is opened, signs in once as its vendor, and its secret is in the mail alone"
    )
    func link() async throws {
        try await PortalEnvironment.with(isPublic: true) { portal in
            try await portal.api.upload("foreign", as: "V002")
            #expect(try await portal.get("/sign-in", cookie: nil).text.contains("name=\"address\""))
            let link = try await portal.mailedLink(to: "v001@Example.com")
            for _ in 0..<3 {
                let page = try await portal.get(link, cookie: nil)
                #expect(page.status == 200 && page.text.contains("Sign in as V001 (V001)"))
                #expect(page.headers["referrer-policy"] == "no-referrer" && page.headers["cache-control"] == "no-store")
                #expect(page.headers["set-cookie"] == nil)
            }
            let cookie = try #require(try await portal.signIn(link: link))
            #expect(try await portal.get("/portal", cookie: cookie).text.contains("V001"))
            #expect(try await portal.get("/portal/products/V002/foreign-1", cookie: cookie).status == 404)
            #expect(!(try await portal.get("/portal", cookie: cookie).text.contains("foreign")))
            #expect(try await portal.get("/ops", cookie: cookie).status == 403)

            let wrong = link.dropLast() + (link.hasSuffix("a") ? "b" : "a")
            let over = try await portal.get(link, cookie: nil)
            #expect(over.status == 410 && over.headers["referrer-policy"] == "no-referrer")
            for other in [String(wrong), "/sign-in/link/lnk_x_y", "/sign-in/link/x"] {
                #expect(try await portal.signIn(link: other) == nil)
                #expect(try await portal.get(other, cookie: nil).text == over.text)
            }
            #expect(try await portal.signIn(link: link) == nil)

            let catalog = portal.api.service.catalog
            let actions = try await catalog.rows(
                "select action, actor, object from audit.actions where action like 'POST /sign-in%' order by at")
            #expect(actions == [["POST /sign-in/link", "link:V001", "V001"]])
            let secret = String(link.split(separator: "_").last ?? "")
            #expect(try await Self.places(of: secret, catalog) == [])
            #expect(try await Self.places(of: "V002", catalog).count > 3)
        }
    }

    /// Tables in which a text stands anywhere.
    private static func places(of text: String, _ catalog: CatalogBinary) async throws -> [String] {
        let tables = try await catalog.rows(
            """
            select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname in ('catalog', 'jobs', 'intake', 'audit')
            """)
        var found: [String] = []
        for table in tables.map({ $0[0] }) {
            let count = try await catalog.value(
                "select count(*) from \(raw: table) t where strpos(t::text, \(text)::text) > 0")
            if count != "0" { found.append(table) }
        }
        return found
    }

    @Test("Of many clicks at once one signs in")
    func race() async throws {
        try await PortalEnvironment.with(isPublic: true) { portal in
            let link = try await portal.mailedLink(to: Self.address)
            let cookies = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<12 { group.addTask { try await portal.signIn(link: link) } }
                return try await group.reduce(into: [String]()) { if let cookie = $1 { $0.append(cookie) } }
            }
            #expect(cookies.count == 1)
            #expect(try await portal.api.service.value("select count(*) from catalog.sessions") == "1")
        }
    }

    @Test(
        "A button that is clicked twice signs in once, and the second answer says so as the first did; another page's does not"
    )
    func doubleClick() async throws {
        try await PortalEnvironment.with(isPublic: true) { portal in
            let link = try await portal.mailedLink(to: Self.address)
            let secret = link.split(separator: "/").last ?? ""
            var forms: [String] = []
            for _ in 0..<2 {
                let page = try await portal.get(link, cookie: nil).text
                forms.append(String(try #require(page.firstMatch(of: /name="form" value="(\w+)"/)).1))
            }
            #expect(forms[0] != forms[1])
            let click = { @Sendable (form: String) in
                try await portal.post("/sign-in/link", cookie: nil, form: "token=\(secret)&form=\(form)")
            }
            let answers = try await withThrowingTaskGroup(of: APIEnvironment.Answer.self) { group in
                for _ in 0..<4 { group.addTask { [form = forms[0]] in try await click(form) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 303 })
            let cookies = Set(answers.compactMap { $0.headers["set-cookie"]?.prefix { $0 != ";" }.description })
            #expect(cookies.count == 1)
            let cookie = try #require(cookies.first)
            #expect(try await portal.get("/portal", cookie: cookie).text.contains("V001"))
            #expect(try await portal.api.service.value("select count(*) from catalog.sessions") == "1")
            #expect(
                try await portal.api.service.value(
                    "select count(*) from audit.actions where action like 'POST /sign-in/link%'") == "1")
            // The page that somebody else had opened, one without a form, and an end of the session or of the minute.
            #expect(try await click(forms[1]).status == 410)
            #expect(try await portal.signIn(link: link) == nil)
            let shift = { (direction: String) in
                try await portal.api.service.value(
                    "update catalog.sign_in_links set used_at = used_at \(raw: direction) interval '1 minute' returning link_id"
                )
            }
            _ = try await shift("-")
            #expect(try await click(forms[0]).status == 410)
            _ = try await shift("+")
            #expect(try await click(forms[0]).status == 303)
            #expect(try await portal.post("/sign-out", cookie: cookie).status == 303)
            #expect(try await click(forms[0]).status == 410)
        }
    }

    @Test("A link and the session that began with it end with time, the vendor's address and its suspension")
    func ends() async throws {
        let ends: [(Statement, link: Bool, session: Bool)] = [
            ("update catalog.sign_in_links set expires_at = expires_at - interval '14 minutes'", false, false),
            ("update catalog.sign_in_links set expires_at = expires_at - interval '15 minutes'", true, false),
            ("update catalog.vendors set email = 'other@example.com'", true, true),
            ("update catalog.vendors set status = 'suspended'", true, true),
            ("delete from catalog.sign_in_links", true, true),
        ]
        try await PortalEnvironment.with(isPublic: true) { portal in
            for (statement, endsLink, endsSession) in ends {
                let link = try await portal.mailedLink(to: Self.address)
                let cookie = try #require(try await portal.signIn(link: try await portal.mailedLink(to: Self.address)))
                try await portal.api.service.pool.run { _ = try $0.execute(statement) }
                #expect((try await portal.get(link, cookie: nil).status == 410) == endsLink, "\(statement)")
                #expect((try await portal.signIn(link: link) == nil) == endsLink, "\(statement)")
                #expect((try await portal.get("/portal", cookie: cookie).status == 303) == endsSession, "\(statement)")
                try await portal.api.service.pool.run { session in
                    try session.executeScript(
                        """
                        update catalog.vendors set email = vendor_id || '@example.com', status = 'active';
                        delete from catalog.sign_in_requests
                        """)
                }
            }
        }
    }

    @Test("Asking is answered alike for every address, and looks at no vendor: not even while nobody may read them")
    func silence() async throws {
        let addresses = [Self.address, "nobody@example.com", "V002@example.com"]
        try await PortalEnvironment.with(roles: "api,portal", isPublic: true) { portal in
            let catalog = portal.api.service.catalog
            try await catalog.succeed("vendor", "suspend", "V002")
            let lock = try await Connection.open(catalog.conninfo)
            try await lock.run { try $0.executeScript("begin; lock table catalog.vendors in access exclusive mode") }
            var answers: [String] = []
            for address in addresses {
                let answer = try await portal.post("/sign-in/mail", cookie: nil, form: "address=\(address)")
                let page = try await portal.get(try #require(answer.headers["location"]), cookie: nil)
                #expect(answer.status == 303 && page.status == 200)
                answers.append("\(answer.headers["location"] ?? "") \(answer.text) \(page.text)")
            }
            #expect(Set(answers).count == 1)
            await lock.close()
            let rows = try await catalog.rows(
                """
                select r.address, j.kind, j.queue, j.state, j.priority::text from catalog.sign_in_requests r
                join jobs.jobs j on (j.payload ->> 'sign_in_request')::bigint = r.request_id order by r.request_id
                """)
            #expect(rows == addresses.map { [$0.lowercased(), "sign-in-link", "notify", "ready", "1"] })
            // Whose address it is, a worker finds out: it mails one, and makes no link for the others.
            try await portal.api.service.running("serve", "--roles", "worker", setting: ["CATALOG_HTTP_ADDRESS": ""]) {
                try await portal.api.service.wait(
                    for: "0", "select count(*) from jobs.jobs where kind = 'sign-in-link'")
            }
            #expect(portal.signInMails == ["sign-in-1-1-1.eml"])
            #expect(try await catalog.rows("select vendor_id from catalog.sign_in_links") == [["V001"]])
        }
    }

    @Test(
        "A wish that is older than a quarter of an hour is not fulfilled; vendors who share an address get a link each")
    func lateAndShared() async throws {
        try await PortalEnvironment.with(roles: "api,portal", isPublic: true) { portal in
            let service = portal.api.service
            _ = try await service.value("update catalog.vendors set email = 'both@example.com' returning vendor_id")
            for _ in 0..<2 {
                #expect(
                    try await portal.post("/sign-in/mail", cookie: nil, form: "address=both@example.com").status == 303)
            }
            _ = try await service.value(
                """
                update catalog.sign_in_requests set requested_at = requested_at - interval '15 minutes' where request_id = 1
                returning request_id
                """)
            try await service.running("serve", "--roles", "worker", setting: ["CATALOG_HTTP_ADDRESS": ""]) {
                try await service.wait(for: "0", "select count(*) from jobs.jobs where kind = 'sign-in-link'")
            }
            #expect(portal.signInMails == ["sign-in-2-1-1.eml"])
            let file = service.catalog.folder.file("mail/sign-in-2-1-1.eml")
            let mail = try String(contentsOfFile: file, encoding: .utf8)
            #expect(mail.contains("To: both@example.com\r\n") && mail.matches(of: /\/sign-in\/link\/lnk_/).count == 2)
            let permissions = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(permissions == 0o600)
        }
    }

    @Test(
        "Links are limited by address, also for many at once, and by caller, whatever a caller says of others; known or not"
    )
    func limits() async throws {
        try await PortalEnvironment.with(roles: "api,portal", isPublic: true) { portal in
            var refusals: [String] = []
            for address in [Self.address, "nobody@example.com"] {
                let answers = try await withThrowingTaskGroup(of: APIEnvironment.Answer.self) { group in
                    for number in 0..<8 { group.addTask { try await ask(portal, address, from: "192.0.2.\(number)") } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.map(\.status).sorted() == [303, 303, 303, 303, 303, 429, 429, 429])
                let refused = try #require(answers.first { $0.status == 429 })
                let wait = try #require(refused.headers["retry-after"].flatMap { Int($0) })
                #expect((3000...3600).contains(wait) && refused.text.hasPrefix("<!doctype html>"))
                refusals.append(refused.text)
            }
            #expect(Set(refusals).count == 1)
            for number in 0..<20 {
                let caller = "10.9.9.\(number), 198.51.100.7"
                #expect(try await ask(portal, "a\(number)@example.com", from: caller).status == 303)
            }
            #expect(try await ask(portal, "b@example.com", from: "203.0.113.1, 198.51.100.7").status == 429)
            #expect(try await ask(portal, "b@example.com", from: "198.51.100.8").status == 303)
            // After an hour all is forgotten.
            _ = try await portal.api.service.value(
                """
                with late as (update catalog.sign_in_requests set requested_at = requested_at - interval '1 hour' returning 1)
                select count(*) from late
                """)
            #expect(try await ask(portal, Self.address, from: "198.51.100.7").status == 303)
        }
    }

    private func ask(_ portal: PortalEnvironment, _ address: String, from caller: String) async throws
        -> APIEnvironment.Answer
    {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", caller)]
        return try await portal.post("/sign-in/mail", cookie: nil, headers: headers, form: "address=\(address)")
    }

    @Test("Nothing that another site sends orders or uses a link, and what is no address is told so")
    func foreignSites() async throws {
        try await PortalEnvironment.with(isPublic: true) { portal in
            let link = try await portal.mailedLink(to: Self.address)
            let secret = link.split(separator: "/").last ?? ""
            for headers in [[], [("Origin", "null")], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "none")]]
            {
                let ordered = try await portal.post(
                    "/sign-in/mail", cookie: nil, headers: headers, form: "address=\(Self.address)")
                let used = try await portal.post(
                    "/sign-in/link", cookie: nil, headers: headers, form: "token=\(secret)")
                #expect(ordered.status == 403 && used.status == 403 && used.headers["set-cookie"] == nil)
            }
            #expect(try await portal.get("/sign-in/link", cookie: nil).status == 405)
            for address in ["x", "@", "a@", "a+b@c@d", "a%0A@b", "", String(repeating: "a", count: 250) + "@b.example"]
            {
                #expect(try await portal.post("/sign-in/mail", cookie: nil, form: "address=\(address)").status == 400)
            }
            #expect(try await portal.api.service.value("select count(*) from catalog.sign_in_requests") == "1")
            #expect(try await portal.signIn(link: link) != nil)
        }
    }

    @Test("No page to go to leads to another site")
    func hostileNext() async throws {
        try await PortalEnvironment.with { portal in
            let token = portal.api.tokens["V001"] ?? ""
            for next in [
                "//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example", "%5C/evil.example",
                "javascript:alert(1)", "evil.example", "/%E2%80%AE", "", "/ /evil.example",
            ] {
                let answer = try await portal.post("/sign-in", cookie: nil, form: "token=\(token)&next=\(next)")
                // A control character is not even taken.
                #expect(answer.status == 400 || answer.headers["location"] == "/portal", "\(next)")
            }
            let answer = try await portal.post(
                "/sign-in", cookie: nil, form: "token=\(token)&next=%2Fportal%2Fproducts%3Fq%3D%252F")
            #expect(answer.headers["location"] == "/portal/products?q=%2F")
        }
    }

    @Test("There is no form where nobody could mail a link to an address, or the service does not know where it is")
    func withoutMail() async throws {
        let topic = "sns:arn:aws:sns:eu-central-1:123456789012:vendor-files"
        for (isPublic, variables) in [(false, [:]), (true, ["CATALOG_NOTIFY": topic, "AWS_REGION": "eu-central-1"])] {
            try await PortalEnvironment.with(roles: "api,portal", isPublic: isPublic, variables) { portal in
                let page = try await portal.get("/sign-in", cookie: nil)
                #expect(page.status == 200 && !page.text.contains("address"))
                #expect(try await portal.post("/sign-in/mail", cookie: nil, form: "address=a@b").status == 404)
                #expect(try await portal.get("/sign-in/link/lnk_a_b", cookie: nil).status == 404)
            }
        }
    }

    @Test("By a mail server: the link arrives, a mailbox that does not exist is no failure, and no log has a secret")
    func smtp() async throws {
        try await MailServer.with { server in
            let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
            let settings = [
                "CATALOG_NOTIFY": "smtp://127.0.0.1:\(server.port)", "CATALOG_HTTP_ADDRESS": address,
                "CATALOG_PUBLIC_URL": "http://\(address)", "CATALOG_LOG_LEVEL": "trace",
            ]
            try await ServiceEnvironment.with(vendors: ["V001", "V002"], settings) { service in
                let portal = PortalEnvironment(api: try await APIEnvironment(service, at: address))
                _ = try await service.value(
                    "update catalog.vendors set email = 'nobody@example.com' where vendor_id = 'V002' returning vendor_id"
                )
                let process = try service.start("serve", "--roles", "api,portal,worker")
                try await portal.api.waitUntilReady()
                for mailbox in ["nobody@example.com", Self.address] {
                    #expect(
                        try await portal.post("/sign-in/mail", cookie: nil, form: "address=\(mailbox)").status == 303)
                    try await service.wait(for: "0", "select count(*) from jobs.jobs where kind = 'sign-in-link'")
                }
                let mail = try #require(try server.messages().first).replacing("=\n", with: "")
                #expect(try server.messages().count == 1 && mail.contains("X-RcptTo: \(Self.address)"))
                let link = try #require(mail.firstMatch(of: /\/sign-in\/link\/lnk_\w+_(\w+)/))
                #expect(try await portal.get(String(link.0), cookie: nil).status == 200)
                #expect(try await portal.signIn(link: String(link.0)) != nil)
                #expect(try await portal.get(String(link.0), cookie: nil).status == 410)
                process.signal(SIGTERM)
                let end = try await process.wait()
                let log = end.output + end.error
                #expect(end.status == 0 && log.contains("sign_in.mailed") && log.contains("sign_in.undeliverable"))
                #expect(!log.contains(link.1) && !log.contains(/(ses|lnk)_[a-z2-9]{12}_[a-z2-9]{40}/))
            }
        }
    }

    @Test("In a browser, with and without scripts: from the mail, which is another site, to the uploads")
    func browser() async throws {
        try await PortalEnvironment.with(isPublic: true) { portal in
            let facts = ["mails": portal.api.service.catalog.folder.file("mail"), "address": Self.address]
            let problems = try await portal.browse("mailed_link", facts)
            #expect(problems == [])
        }
    }
}
