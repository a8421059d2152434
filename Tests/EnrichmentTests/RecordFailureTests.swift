import Foundation
import Jobs
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Storage

/// What a provider refuses, or cannot do, costs the records that it is about, and no others.
@Suite(.timeLimit(.minutes(5))) struct RecordFailureTests {
    private static func row(
        _ name: String, _ server: PeopleServer, perCall: Int = 25, further: String = "", secretID: String? = nil,
        limits: ProviderLimits = .init()
    ) -> ProviderRow {
        ProviderRow(
            name: name, kind: "http-json", settings: server.settings(inputsPerCall: perCall, further: further),
            secretID: secretID, limits: limits)
    }

    private static func list(_ addresses: [String]) -> String {
        "email\n" + addresses.map { "\($0)@example.com\n" }.joined()
    }

    private static func lines(_ output: String) -> [Substring] { Array(output.split(separator: "\r\n").dropFirst()) }

    @Test("A call that is refused for one of its inputs is halved until that one is found; all others are answered")
    func halving() async throws {
        try await PeopleServer.with("words=invalid mail") { server in
            try await Enrichment.with([Self.row("crm", server)]) { enrichment in
                let addresses = (0..<100).map { $0 == 40 ? "bad40" : "p\($0)" }
                let (request, output) = try await enrichment.run(Self.list(addresses), providers: ["crm"])
                #expect(request.status == .completed)
                let lines = Self.lines(output)
                #expect(lines.count == 100)
                #expect(lines.count { $0.hasSuffix(",matched,crm,") } == 99)
                #expect(lines[40] == "bad40@example.com,,failed,,crm answered 400: invalid mail")
                let log = try await server.log()
                // Of the call with it: 25, 12 or 13, 6 or 7, 3 or 4, 1 or 2, 1; and the other halves.
                #expect(log["most"] == 1 && log["answered 400"] ?? 0 <= 6)
                let credits = try await enrichment.value("select sum(credits) from enrichment.calls")
                #expect(credits == "99")
            }
        }
    }

    @Test("A provider that refuses every input is not asked for each of them")
    func hopeless() async throws {
        try await PeopleServer.with { server in
            try await Enrichment.with([Self.row("crm", server)]) { enrichment in
                let (request, output) = try await enrichment.run(
                    Self.list((0..<100).map { "bad\($0)" }), providers: ["crm"])
                #expect(request.status == .partial)
                #expect(Self.lines(output).count { $0.hasSuffix(",failed,,crm answered 400: no") } == 100)
                #expect(try await server.log()["calls"] ?? 0 < 60)
            }
        }
    }

    @Test(
        "A request that found nothing says so: how many records failed, had no match, or could not be asked about",
        arguments: OutputFormat.allCases)
    func nothingFound(_ format: OutputFormat) async throws {
        try await PeopleServer.with { server in
            try await Enrichment.with([Self.row("crm", server)]) { enrichment in
                let list = "email\nbad1@example.com\nnobody@example.com\nbad2@example.com\n"
                let (request, _) = try await enrichment.run(list, providers: ["crm"], format: format)
                #expect(request.status == .completed)
                #expect(request.recordCounts?.emptiness == "Nothing was found: 1 without a match, 2 failed.")
                let (other, _) = try await enrichment.run(
                    "email\n\nbad3@example.com\np@example.com\nq@example.com,surplus\n", providers: ["crm"],
                    format: format)
                #expect(other.recordCounts?.emptiness == nil)
                #expect(other.recordCounts?.words == "1 matched, 1 failed, 1 not asked")
            }
        }
    }

    @Test("What always fails with a server's error takes no other record with it")
    func poison() async throws {
        try await PeopleServer.with { server in
            try await Enrichment.with([Self.row("crm", server)]) { enrichment in
                let addresses = (0..<30).map { $0 == 7 ? "poison" : "p\($0)" }
                guard
                    case .created(let id) = try await enrichment.request(Self.list(addresses), providers: ["crm"])
                else {
                    Issue.record("it is new")
                    return
                }
                let request = try await enrichment.working {
                    try await eventually(within: .seconds(120)) {
                        // Nobody waits for the circuit.
                        _ = try await enrichment.value(
                            "update enrichment.buckets set blocked_until = '-infinity' returning provider")
                        _ = try await enrichment.value(
                            "update jobs.jobs set run_at = now() where state = 'ready' returning job_id")
                        let request = try await enrichment.pool.run { try $0.enrichment(id) }
                        return request.flatMap { $0.isOver ? $0 : nil }
                    }
                }
                #expect(request.status == .partial)
                let output = try String(contentsOfFile: enrichment.output.path(of: request.outputKey), encoding: .utf8)
                #expect(Self.lines(output).count { $0.hasSuffix(",matched,crm,") } == 29)
                #expect(Self.lines(output)[7] == "poison@example.com,,failed,,crm answered 500: no")
            }
        }
    }

    @Test("404 and 204 are misses and remembered as such; a page of a web server is not")
    func misses() async throws {
        func single(_ url: String) -> ProviderRow {
            let settings = """
                {"capabilities": {"contact_enrich": {"url": "\(url)", "request": {"email": "mail"},
                    "response": {"job_title": "title"}}}}
                """
            return ProviderRow(name: "crm", kind: "http-json", settings: settings)
        }
        try await PeopleServer.with { server in
            try await Enrichment.with([single("\(server.url)/person")]) { enrichment in
                let (request, output) = try await enrichment.run(Self.list(["nobody", "b"]), providers: ["crm"])
                #expect(request.status == .completed)
                #expect(
                    Self.lines(output)[0].hasSuffix(",no_match,,") && Self.lines(output)[1].hasSuffix(",matched,crm,"))
            }
            try await Enrichment.with([single("\(server.url)/nowhere")]) { enrichment in
                let (request, output) = try await enrichment.run(Self.list(["a"]), providers: ["crm"])
                #expect(request.status == .partial && output.contains(",failed,,crm answered 404"))
            }
        }
        try await PeopleServer.with("status=204") { server in
            try await Enrichment.with([Self.row("crm", server)]) { enrichment in
                let (request, output) = try await enrichment.run(Self.list(["a", "b"]), providers: ["crm"])
                #expect(request.status == .completed)
                #expect(Self.lines(output).allSatisfy { $0.hasSuffix(",no_match,,") })
                let known = try await enrichment.value(
                    "select count(*) from enrichment.cache where outcome = 'no_match'")
                #expect(known == "2")
            }
        }
    }

    @Test("202 means later: it is asked again, and never taken for a miss")
    func later() async throws {
        try await PeopleServer.with { server in
            try await Enrichment.with([Self.row("crm", server)]) { enrichment in
                let (request, output) = try await enrichment.run(Self.list(["later1", "p2"]), providers: ["crm"])
                #expect(request.status == .completed)
                #expect(Self.lines(output).allSatisfy { $0.hasSuffix(",matched,crm,") }, "\(output)")
                let log = try await server.log()
                #expect(log["answered 202"] == 2 && log["most"] == 1)
                let failures = try await enrichment.value("select failures from enrichment.buckets")
                #expect(failures == "0")
            }
        }
    }

    @Test(
        "A provider that refuses us is passed over, which is noted, and the next one is asked",
        arguments: [
            (["status=401"], "a answered 401: no"), (["status=403"], "a answered 403: no"),
            (["status=402"], "a answered 402: no"),
            (["status=400", "words=Credit limit reached"], "a answered 400: Credit limit reached"),
        ])
    func waterfall(_ options: [String], _ note: String) async throws {
        try await PeopleServer.with(options[0], options.count > 1 ? options[1] : "words=no") { refusing in
            try await PeopleServer.with { knowing in
                try await Enrichment.with([Self.row("a", refusing), Self.row("b", knowing)]) { enrichment in
                    let (request, output) = try await enrichment.run(
                        Self.list((0..<40).map { $0 < 20 ? "p\($0)" : "nobody\($0)" }), providers: ["a", "b"])
                    let lines = Self.lines(output)
                    #expect(lines[..<20].allSatisfy { $0.hasSuffix(",matched,b,\(note)") }, "\(output)")
                    #expect(lines[20...].allSatisfy { $0.hasSuffix(",no_match,,\(note)") })
                    // What nobody else knew may yet be known by who was passed over.
                    #expect(request.status == .partial)
                    #expect(try await refusing.log()["calls"] ?? 0 <= 2)
                    #expect(try await knowing.log()["most"] == 1)
                }
            }
        }
    }

    @Test("A budget that is spent, and a provider that is away for long, are passed over, too")
    func passedOver() async throws {
        try await PeopleServer.with { server in
            let broke = ProviderRow.mock("broke", limits: ProviderLimits(creditBudget: 0))
            let away = ProviderRow.mock("away")
            try await Enrichment.with([broke, away, Self.row("b", server)]) { enrichment in
                _ = try await enrichment.value(
                    """
                    update enrichment.buckets set blocked_until = now() + interval '5 minutes', blocked_because = 'away answered 429'
                    where provider = 'away' returning provider
                    """)
                let (request, output) = try await enrichment.run(
                    Self.list((0..<20).map { "p\($0)" }), providers: ["broke", "away", "b"])
                #expect(request.status == .completed)
                let note = "the credit budget of provider broke is spent: raise it, then retry; away answered 429"
                #expect(Self.lines(output).allSatisfy { $0.hasSuffix(",matched,b,\"\(note)\"") }, "\(output)")
            }
        }
    }

    @Test("A refused login stops the provider once for all batches; a retry asks again, and only for the rest")
    func login() async throws {
        let folder = try TemporaryFolder()
        let key = try folder.write("wrong", to: "key")
        try await PeopleServer.with("key=k3y") { server in
            let row = Self.row("crm", server, further: #", "secretHeader": "X-Key""#, secretID: "file:\(key)")
            try await Enrichment.with([row]) { enrichment in
                let (request, output) = try await enrichment.run(
                    Self.list((0..<1000).map { "p\($0)" }), providers: ["crm"])
                #expect(request.status == .partial)
                #expect(Self.lines(output).allSatisfy { $0.hasSuffix(",failed,,crm answered 401: no") })
                // Those that were under way together.
                #expect(try await server.log()["calls"] ?? 0 <= 16)
                _ = try folder.write("k3y", to: "key")
                try await enrichment.retry()
                _ = try await enrichment.finish(request.requestID, as: .completed)
                let completed = try String(
                    contentsOfFile: enrichment.output.path(of: request.outputKey), encoding: .utf8)
                #expect(Self.lines(completed).count { $0.hasSuffix(",matched,crm,") } == 1000)
                #expect(try await server.log()["most"] == 1)
            }
        }
    }

    @Test("A provider that echoes the secret, or the header, does not get them into calls, jobs or the file")
    func echoes() async throws {
        let folder = try TemporaryFolder()
        let key = try folder.write("WRONG-s3cr3t-key", to: "key")
        let words = "words=invalid key WRONG-s3cr3t-key, you sent Bearer WRONG-s3cr3t-key"
        try await PeopleServer.with("status=401", words) { server in
            try await Enrichment.with([Self.row("crm", server, secretID: "file:\(key)")]) { enrichment in
                let (request, output) = try await enrichment.run(Self.list(["a"]), providers: ["crm"])
                #expect(request.status == .partial)
                #expect(output.contains("crm answered 401: invalid key …, you sent Bearer …"), "\(output)")
                let kept = try await enrichment.value(
                    """
                    select count(*) from (
                        select error from enrichment.calls union all select error from enrichment.batches
                        union all select error from enrichment.results union all select last_error || errors::text from jobs.jobs
                        union all select stopped_because from enrichment.buckets) kept (text)
                    where text like '%s3cr3t%'
                    """)
                #expect(kept == "0")
            }
        }
    }

    @Test("An outage of some seconds opens the circuit once for all calls under way, and is over soon after it")
    func outage() async throws {
        try await PeopleServer.with("down=5") { server in
            try await Enrichment.with([Self.row("crm", server)]) { enrichment in
                let begin = ContinuousClock.now
                let (request, _) = try await enrichment.run(
                    Self.list((0..<1600).map { "p\($0)" }), providers: ["crm"])
                #expect(request.status == .completed)
                // Tries after 2, 6 and 14 seconds; a circuit that each call under way opened anew stayed so for 200.
                #expect(ContinuousClock.now - begin < .seconds(120))
                #expect(try await server.log()["answered 503"] ?? 0 <= 24)
            }
        }
    }

    @Test(
        "A batch whose workers die loses no try by it, and what was not sent is given back", arguments: [true, false])
    func kills(_ isSent: Bool) async throws {
        try await Enrichment.with([.mock(limits: ProviderLimits(perSecond: 100, creditBudget: 500))]) { enrichment in
            guard case .created(let id) = try await enrichment.request(Enrichment.contacts(50)) else {
                Issue.record("it is new")
                return
            }
            // Twenty claims, each of a worker that died just before or after it sent its call.
            for attempt in 1...20 {
                _ = try await enrichment.pool.transaction { session in
                    _ = try session.execute(
                        """
                        insert into enrichment.calls (provider, capability, request_id, batch_no, attempt, inputs, credits, sent_at)
                        values ('mock', 'contact_enrich', \(id)::uuid, 0, \(attempt)::integer, '{}', 10,
                            case when \(isSent)::boolean then now() end)
                        """)
                    _ = try session.execute("update enrichment.buckets set credits_used = credits_used + 10")
                    _ = try session.execute(
                        """
                        update jobs.jobs set state = 'running', attempt = \(attempt)::integer, worker_id = 'dead',
                            lease_until = now() - interval '1 second'
                        where kind = 'enrich.batch'
                        """)
                }
            }
            let request = try await enrichment.finish(id)
            #expect(request.status == .completed)
            let states = try await enrichment.value(
                "select string_agg(distinct state || ' ' || credits, ', ') from enrichment.calls where credits in (0, 10) and inputs = '{}'"
            )
            #expect(states == (isSent ? "unknown 10" : "unused 0"))
            let used = try await enrichment.value(
                """
                select b.credits_used = sum(c.credits) from enrichment.buckets b, enrichment.calls c
                where c.state in ('answered', 'unknown') group by b.credits_used
                """)
            #expect(used == "t")
        }
    }

    @Test("502 and 504 leave unknown whether the call was carried out, and are paid for", arguments: ["502", "504"])
    func gateways(_ status: String) async throws {
        try await PeopleServer.with("status=\(status)") { server in
            try await Enrichment.with([Self.row("crm", server, limits: ProviderLimits(creditBudget: 500))]) {
                enrichment in
                _ = try await enrichment.request(Self.list(["a", "b"]), providers: ["crm"])
                try await enrichment.working {
                    try await eventually {
                        try await enrichment.value("select count(*) > 0 from enrichment.calls where state = 'unknown'")
                            == "t"
                    }
                }
                let used = try await enrichment.value(
                    "select b.credits_used = sum(c.credits) from enrichment.buckets b, enrichment.calls c group by b.credits_used"
                )
                #expect(used == "t")
                let credits = try await enrichment.value(
                    "select min(credits) from enrichment.calls where state = 'unknown'")
                #expect(credits == "2")
            }
        }
    }
}
