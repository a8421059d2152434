import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// The pages of operators and auditors.
@Suite(.timeLimit(.minutes(10))) struct StaffPageTests {
    private static let paths = [
        "/ops", "/ops/jobs", "/ops/jobs?state=dead&queue=none&error=refused", "/ops/vendors", "/ops/categories",
        "/ops/category?name=Audioo", "/ops/routes", "/ops/relay?day=2026-02-01", "/ops/enrichment", "/audit",
        "/audit/actions", "/audit/products/V001/own-1",
    ]

    /// Dead jobs, a category that was tried, windows of the relay, providers and requests, products with a history.
    private static func prepare(_ portal: PortalEnvironment, deadJobs: Int = 60) async throws {
        let service = portal.api.service
        try await portal.api.upload("own")
        let rows = (1...3).map { "T\($0),Name,Audioo,TS\($0),1.00,1\n" }.joined()
        let tried = try await portal.api.call(
            "POST", "/uploads?fileName=tried.csv", csv: ServiceEnvironment.header + rows)
        try await portal.api.end(of: try #require(tried["uploadId"]))
        try await service.pool.run { session in
            try session.executeScript(
                """
                update catalog.products set price = price + 1 where vendor_product_id = 'own-1';
                insert into jobs.jobs (queue, kind, state, payload, last_error, attempt, errors)
                select 'none', 'k', 'dead', '{"text": "<script>window.hacked=1</script>"}',
                    case when n % 2 = 0 then 'refused <b>x</b>' else '100% other' end, 10,
                    '[{"at": "2026-01-02T03:04:05Z", "attempt": 1, "worker": "w", "error": "<img src=x onerror=window.hacked=1>"}]'
                from generate_series(1, \(deadJobs)) n;
                insert into relay.windows
                    (opens_at, closes_at, state, member_count, byte_count, missing_count, sealed_at, delivered_at, verified_at)
                select t, t + interval '1 minute', 'verified', 10, 1, (extract(minute from t) = 7)::integer, now(), now(), now()
                from generate_series('2026-02-01T00:00:00Z', '2026-02-01T12:00:00Z', interval '1 minute') t;
                insert into enrichment.providers (provider, kind) values ('p1', 'mock');
                insert into enrichment.buckets (provider, per_second, credit_budget, credits_used, stopped_at, stopped_because)
                values ('p1', 5, 100, 99, now(), 'no credits <b>');
                insert into enrichment.requests (source, status, format, output_key, options, plan, columns, total_records, total_batches,
                    processed_batches, completed_at, usage)
                values ('api', 'completed', 'csv', 'enhanced/empty.csv', '{"providers": ["p1"], "minimumConfidence": 0}',
                    '{"providers": {"contact": ["p1"]}, "fields": {"contact": ["email"]}, "minimumConfidence": 0}', '{email}', 3, 1, 1, now(),
                    '{"records": {"matched": 0, "noMatch": 1, "notAsked": 0, "failed": 2}}');
                insert into jobs.alerts (kind, detail) values ('upkeep', 'has not run <i>x</i>');
                select audit.tick();
                """)
        }
    }

    @Test("Staff see each page; an auditor has no button but the one to sign out, and vendors see none of them")
    func roles() async throws {
        try await PortalEnvironment.with { portal in
            try await Self.prepare(portal)
            let id = try #require(
                try await portal.api.service.value("select max(job_id)::text from jobs.jobs where state = 'dead'"))
            for (role, status) in [("operator", 200), ("auditor", 200), ("V001", 403)] {
                let cookie = try #require(try await portal.signIn(as: role))
                for path in Self.paths + ["/ops/jobs/\(id)"] {
                    let page = try await portal.get(path, cookie: cookie)
                    #expect(page.status == status, "\(role) \(path): \(page.status) \(page.text.suffix(300))")
                    guard role == "auditor" else { continue }
                    #expect(
                        path != "/ops/enrichment"
                            || page.text.contains("Nothing was found: 1 without a match, 2 failed."))
                    // What shows something else changes nothing: its form is a GET.
                    let forms = page.text.components(separatedBy: "method=\"post\"").count - 1
                    #expect(forms == 1, "an auditor can sign out, and nothing else: \(path)")
                }
                guard role != "operator" else { continue }
                for path in [
                    "/ops/jobs", "/ops/jobs/\(id)/retry", "/ops/jobs/\(id)/discard", "/ops/queues/none/pause",
                    "/ops/categories",
                ] {
                    let answer = try await portal.post(path, cookie: cookie, form: "name=X&action=discard&through=9")
                    #expect(answer.status == 403, "\(role) \(path): \(answer.status)")
                }
                #expect(try await portal.get("/ops/confirm?action=retry", cookie: cookie).status == 403)
            }
            #expect(try await portal.get("/ops", cookie: nil).status == 303)
            let dead = try await portal.api.service.value("select count(*) from jobs.jobs where state = 'dead'")
            #expect(dead == "60")
        }
    }

    @Test(
        "Jobs are listed by the address's filter, in pages; one or all that match are tried again or discarded, and said so"
    )
    func jobs() async throws {
        try await PortalEnvironment.with { portal in
            try await Self.prepare(portal, deadJobs: 120)
            let cookie = try #require(try await portal.signIn(as: "operator"))
            let first = try await portal.get("/ops/jobs?state=dead&queue=none", cookie: cookie)
            let link = try #require(first.text.firstMatch(of: /href="([^"]*before=[0-9]+)"/)).1
            let second = try await portal.get(String(link).replacing("&amp;", with: "&"), cookie: cookie)
            let seen = [first, second].map { page in
                page.text.matches(of: /\/ops\/jobs\/([0-9]+)"/).map { String($0.1) }
            }
            #expect(seen.map(\.count) == [50, 50] && Set(seen[0]).isDisjoint(with: seen[1]))
            let filtered = try await portal.get("/ops/jobs?state=dead&error=100%25+other", cookie: cookie)
            #expect(!filtered.text.contains("refused &lt;b&gt;") && filtered.text.contains("100% other"))

            let count = try await portal.get("/ops/confirm?queue=none&error=refused&action=discard", cookie: cookie)
            #expect(count.text.contains("Discard 60 failed jobs?"))
            let newest = try #require(count.text.firstMatch(of: /name="through" value="([0-9]+)"/)).1
            let form = "queue=none&error=refused&action=discard&through=\(newest)"
            for _ in 0..<2 {
                let done = try await portal.post("/ops/jobs?key=k1", cookie: cookie, form: form)
                #expect(done.status == 303 && done.headers["location"] == "/ops/jobs?discarded=60")
            }
            let one = seen[0][0]
            #expect(try await portal.post("/ops/jobs/\(one)/retry", cookie: cookie).status == 409)
            let left = try #require(
                try await portal.api.service.value("select max(job_id)::text from jobs.jobs where state = 'dead'"))
            let retried = try await portal.post("/ops/jobs/\(left)/retry", cookie: cookie)
            #expect(retried.headers["location"] == "/ops/jobs/\(left)")
            let states = try await portal.api.service.catalog.rows(
                "select state, count(*) from jobs.jobs where queue = 'none' group by 1 order by 1")
            #expect(states == [["dead", "59"], ["ready", "1"]])
            #expect(try await portal.post("/ops/queues/none/pause", cookie: cookie).status == 303)
            #expect(try await portal.get("/ops", cookie: cookie).text.contains(">paused<"))
            #expect(try await portal.post("/ops/queues/nowhere/pause", cookie: cookie).status == 404)
            let actions = try await portal.api.service.catalog.rows(
                "select action from audit.actions where action like '% /ops%' order by at")
            #expect(
                actions.map { $0[0] } == [
                    "POST /ops/jobs", "POST /ops/jobs/{jobId}/retry", "POST /ops/queues/{queue}/pause",
                ])
        }
    }

    @Test("A category is approved with one click, and the upload that failed by it is tried again from there")
    func categories() async throws {
        try await PortalEnvironment.with { portal in
            try await Self.prepare(portal)
            let cookie = try #require(try await portal.signIn(as: "operator"))
            #expect(try await portal.get("/ops/categories", cookie: cookie).text.contains(">Audioo<"))
            let approved = try await portal.post("/ops/categories", cookie: cookie, form: "name=Audioo")
            let path = try #require(approved.headers["location"])
            let page = try await portal.get(path, cookie: cookie)
            let retry = try #require(page.text.firstMatch(of: /action="(\/portal\/uploads\/[^"]*\/retry[^"]*)"/)).1
            #expect(try await portal.post(String(retry), cookie: cookie).status == 303)
            let uploadID = String(retry.split(separator: "/")[2])
            try await portal.api.end(of: uploadID)
            #expect(try await portal.api.call("GET", "/uploads/\(uploadID)")["createdRecords"] == "3")
        }
    }

    @Test("A category is approved in the form in which rows are compared with it, by either door, and spaces are none")
    func categoryForms() async throws {
        try await PortalEnvironment.with { portal in
            let cookie = try #require(try await portal.signIn(as: "operator"))
            for name in ["", "+", "%20"] {
                #expect(
                    try await portal.post("/ops/categories", cookie: cookie, form: "name=\(name)").status == 400,
                    "\(name)")
            }
            #expect(try await portal.api.call("PUT", "/categories/%20", as: "operator", json: "{}").status == 400)
            let page = try await portal.post("/ops/categories", cookie: cookie, form: "name=+Cafe%CC%81+")
            #expect(
                try await portal.get(page.headers["location"] ?? "", cookie: cookie).text.contains(
                    "This category is approved"))
            let put = try await portal.api.call("PUT", "/categories/%20Men%C3%BC%20", as: "operator", json: "{}")
            #expect(put["categoryName"] == "Menü")
            let text = ServiceEnvironment.header + "P1,One,Cafe\u{301},S1,1,1\nP2,Two,Menü,S2,1,1\n"
            let id = try #require(try await portal.api.call("POST", "/uploads?fileName=c.csv", csv: text)["uploadId"])
            try await portal.api.end(of: id)
            #expect(try await portal.api.call("GET", "/uploads/\(id)")["createdRecords"] == "2")
            let off = try await portal.api.call(
                "PUT", "/categories/Cafe%CC%81", as: "operator", json: #"{"isActive": false}"#)
            #expect(off.text == "{\"categoryName\":\"Caf\u{e9}\",\"isActive\":false}")
        }
    }

    @Test(
        "The past is shown by moment, two moments are compared, and a price leads to the line of the file that set it")
    func audit() async throws {
        try await PortalEnvironment.with { portal in
            let service = portal.api.service
            let moment: Statement =
                "select to_char(clock_timestamp() at time zone 'UTC' + interval '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS')"
            try await portal.api.upload("own")
            _ = try await service.value("select audit.tick()::text")
            let before = try #require(try await service.value(moment))
            try await eventually { try await service.value("select now() > '\(raw: before)Z'::timestamptz") == "t" }
            try await service.pool.run { session in
                try session.executeScript(
                    "update catalog.products set price = 9 where vendor_product_id = 'own-1'; select audit.tick()")
            }
            let after = try #require(try await service.value(moment))
            try await eventually { try await service.value("select now() > '\(raw: after)Z'::timestamptz") == "t" }
            let cookie = try #require(try await portal.signIn(as: "auditor"))
            let then = try await portal.get("/audit?asOf=\(before)", cookie: cookie).text
            #expect(then.contains(">1.50<") && !then.contains(">9.00<"))
            #expect(try await portal.get("/audit?asOf=\(after)Z", cookie: cookie).text.contains(">9.00<"))
            let both = try await portal.get("/audit?asOf=\(after)&vs=\(before)", cookie: cookie).text
            #expect(both.contains("price 1.50 → 9.00"), "\(both.suffix(2000))")
            #expect(try await portal.get("/audit?asOf=\(before)&back=1440", cookie: cookie).text.contains("No product"))
            #expect(try await portal.get("/audit?asOf=yesterday", cookie: cookie).status == 400)
            let trace = try await portal.get("/audit/products/V001/own-1", cookie: cookie).text
            #expect(trace.contains("own.csv, 2") && trace.contains(">9.00<"))
            #expect(try await portal.get("/audit/products/V001/none", cookie: cookie).status == 404)
            #expect(try await portal.get("/audit/actions?object=V001", cookie: cookie).text.contains("vendor add"))
        }
    }

    @Test("In a browser: every page by axe, dark and light and narrow, and nothing that a job says runs")
    func browser() async throws {
        try await PortalEnvironment.with { portal in
            try await Self.prepare(portal)
            let id = try #require(
                try await portal.api.service.value("select max(job_id)::text from jobs.jobs where state = 'dead'"))
            let paths =
                Self.paths + ["/ops/jobs/\(id)", "/ops/confirm?action=retry&queue=none", "/audit?vs=2026-01-01T00:00"]
            let problems = try await portal.browse("pages", as: "operator", ["paths": paths])
            #expect(problems == [])
        }
    }

    @Test("Ten thousand failed jobs are tried again by their filter, after a count and a confirmation, in a browser")
    func tenThousand() async throws {
        try await PortalEnvironment.with { portal in
            try await portal.api.service.pool.run { session in
                try session.executeScript(
                    """
                    insert into jobs.jobs (queue, kind, state, last_error)
                    select 'none', 'k', 'dead', case when n <= 10000 then 'timed out' else 'other' end
                    from generate_series(1, 10010) n
                    """)
            }
            let facts = ["path": "/ops/jobs?state=dead&error=timed+out", "question": "Retry 10,000 failed jobs?"]
            #expect(try await portal.browse("retry_matching", as: "operator", facts) == [])
            let states = try await portal.api.service.catalog.rows(
                "select state, count(*) from jobs.jobs where queue = 'none' group by 1 order by 1")
            #expect(states == [["dead", "10"], ["ready", "10000"]])
        }
    }
}
