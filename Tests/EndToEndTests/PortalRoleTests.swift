import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// Every page and every form as each of two vendors, an operator, an auditor and nobody, and as another site would send them.
@Suite(.timeLimit(.minutes(10))) struct PortalRoleTests {
    private static let roles = ["V001", "V002", "operator", "auditor"]

    /// What two vendors have, each with a mark of its own in all of it.
    private struct Things {
        var uploads: [String: String] = [:]
        var tokens: [String: String] = [:]
        var deadJob = ""
    }

    private static func marks(_ vendor: String) -> String { vendor == "V001" ? "mark1" : "mark2" }

    private static func prepare(_ portal: PortalEnvironment) async throws -> Things {
        var things = Things()
        for vendor in ["V001", "V002"] {
            let mark = marks(vendor)
            things.uploads[vendor] = try await portal.api.upload(mark, as: vendor)
            let mapping = "{\"columns\": {\"sku\": {\"from\": [\"\(mark) column\"]}}}"
            let put = try await portal.api.call(
                "PUT", "/vendors/\(vendor)/mappings/\(mark)", as: vendor, json: mapping)
            #expect(put.status == 200, "\(put.text)")
            let cookie = try #require(try await portal.signIn(as: vendor))
            let made = try await portal.post("/portal/tokens", cookie: cookie, form: "description=\(mark)&days=3")
            things.tokens[vendor] = try #require(made.text.firstMatch(of: /cat_([a-z0-9]+)_/)).1.description
        }
        things.deadJob = try #require(
            try await portal.api.service.value(
                "insert into jobs.jobs (queue, kind, state, last_error) values ('none', 'k', 'dead', 'x') returning job_id::text"
            ))
        return things
    }

    /// Pages with the statuses of the roles in their order.
    private static func pages(_ things: Things) -> [(path: String, statuses: [Int])] {
        let everybody = ["/portal", "/portal/products", "/portal/template.csv", "/portal/template.xlsx"]
        let vendors = ["/portal/mappings", "/portal/tokens"]
        let staff = [
            "/ops", "/ops/jobs", "/ops/jobs/\(things.deadJob)", "/ops/vendors", "/ops/categories",
            "/ops/category?name=Audio", "/ops/routes", "/ops/relay", "/ops/enrichment", "/audit", "/audit/actions",
            "/audit/products/V001/mark1-1", "/audit/products/V002/mark2-1",
        ]
        var pages = everybody.map { ($0, [200, 200, 200, 200]) }
        pages += vendors.map { ($0, [200, 200, 403, 403]) }
        pages += staff.map { ($0, [403, 403, 200, 200]) }
        pages += [("/ops/confirm?action=retry&queue=none", [403, 403, 200, 403])]
        for vendor in ["V001", "V002"] {
            let upload = "/portal/uploads/\(things.uploads[vendor] ?? "")"
            let own = vendor == "V001" ? [200, 404] : [404, 200]
            let read = [
                upload, "\(upload)/errors", "\(upload)/rejected", "\(upload)/events",
                "/portal/products/\(vendor)/\(marks(vendor))-1",
            ]
            pages += read.map { ($0, own + [200, 200]) }
            pages += ["\(upload)/fix", "\(upload)/undo"].map { ($0, own + [200, 403]) }
        }
        return pages
    }

    @Test("Each page × each role: its own rows, no foreign one, no page that is not for it, and nobody sees any")
    func pages() async throws {
        try await PortalEnvironment.with { portal in
            let things = try await Self.prepare(portal)
            let pages = Self.pages(things)
            for page in pages {
                let answer = try await portal.get(page.path, cookie: nil)
                #expect(answer.status == 303 && !answer.text.contains("mark"), "\(page.path): \(answer.status)")
            }
            for (index, role) in Self.roles.enumerated() {
                let cookie = try #require(try await portal.signIn(as: role))
                for page in pages {
                    let answer = try await portal.get(page.path, cookie: cookie)
                    #expect(answer.status == page.statuses[index], "\(role) \(page.path): \(answer.status)")
                    // A refusal names what was asked for.
                    if role.hasPrefix("V"), answer.status == 200 {
                        let foreign = Self.marks(role == "V001" ? "V002" : "V001")
                        #expect(!answer.text.contains(foreign), "\(role) \(page.path)")
                    }
                    guard role == "auditor" else { continue }
                    let forms = answer.text.components(separatedBy: "method=\"post\"").count - 1
                    let isPage = answer.text.hasPrefix("<!doctype html>") && answer.status == 200
                    #expect(forms == (isPage ? 1 : 0), "an auditor can sign out, and nothing else: \(page.path)")
                }
            }
        }
    }

    /// Forms of the first vendor with the statuses that the second vendor, the operator and the auditor must not get past; nil where
    /// a role may.
    private static func forms(_ things: Things) -> [(path: String, form: String, statuses: [Int?])] {
        let upload = "/portal/uploads/\(things.uploads["V001"] ?? "")"
        let replacement = "column=price&value=mark1&by=2"
        var forms: [(String, String, [Int?])] = [
            ("\(upload)/fix", "2.4=1", [404, nil, 403]), ("\(upload)/fix/rows", "2.4=1", [404, nil, 403]),
            ("\(upload)/fix/replace", replacement, [404, nil, 403]), ("\(upload)/fix/submit", "", [404, nil, 403]),
        ]
        forms += ["undo", "retry", "cancel", "load"].map { ("\(upload)/\($0)", "", [404, nil, 403]) }
        forms += [
            ("/portal/mappings/mark1/remove", "", [404, 403, 403]),
            ("/portal/tokens/\(things.tokens["V001"] ?? "")/revoke", "", [404, 403, 403]),
            ("/portal/tokens", "description=x&days=1", [nil, 403, 403]),
            ("/ops/jobs/\(things.deadJob)/retry", "", [403, nil, 403]),
            ("/ops/jobs/\(things.deadJob)/discard", "", [403, nil, 403]),
            ("/ops/jobs", "action=discard&through=1", [403, nil, 403]),
            ("/ops/categories", "name=Mine", [403, nil, 403]),
            ("/ops/queues/none/pause", "", [403, nil, 403]), ("/ops/queues/none/resume", "", [403, nil, 403]),
        ]
        return forms
    }

    @Test("No form of another vendor, of an auditor, of nobody, or of another site changes anything")
    func forms() async throws {
        try await PortalEnvironment.with { portal in
            let things = try await Self.prepare(portal)
            let state: Statement = """
                select (select jsonb_agg(to_jsonb(p) order by 1) from catalog.products p)::text
                    || (select jsonb_agg(to_jsonb(u) order by 1) from catalog.upload_history u)::text
                    || (select count(*) from catalog.corrections)
                    || (select jsonb_agg(to_jsonb(m) order by 1) from catalog.mappings m)::text
                    || (select count(*) from catalog.api_tokens where revoked_at is null)
                    || (select jsonb_agg(to_jsonb(c) order by 1) from catalog.product_categories c)::text
                    || (select string_agg(state, ',') from jobs.jobs where kind = 'k')
                """
            var cookies: [String] = []
            for role in Self.roles { cookies.append(try #require(try await portal.signIn(as: role))) }
            let before = try await portal.api.service.value(state)
            for form in Self.forms(things) {
                #expect(try await portal.post(form.path, cookie: nil, form: form.form).status == 303, "\(form.path)")
                for (cookie, wanted) in zip(cookies.dropFirst(), form.statuses) {
                    if let wanted {
                        let answer = try await portal.post(form.path, cookie: cookie, form: form.form)
                        #expect(answer.status == wanted, "\(form.path): \(answer.status)")
                    }
                }
                // Whoever may: without an origin, from none, from another site.
                for origin in [[], [("Origin", "null")], [("Origin", "https://evil.example")]] {
                    for cookie in [cookies[0], cookies[2]] {
                        let answer = try await portal.post(
                            form.path, cookie: cookie, headers: origin, form: form.form)
                        #expect(answer.status == 403, "\(form.path) \(origin): \(answer.status)")
                    }
                }
            }
            #expect(try await portal.api.service.value(state) == before)
        }
    }
}
