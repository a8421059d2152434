import Curl
import Foundation
import Postgres
import TestSupport
import Testing
import Text

@testable import Enrichment

/// JSON interfaces as they are.
@Suite(.timeLimit(.minutes(5))) struct HTTPJSONTests {
    /// A provider that asks for one person a call.
    private static func single(_ url: String, _ more: String = "") -> ProviderRow {
        ProviderRow(
            name: "crm", kind: "http-json",
            settings: """
                {"capabilities": {"contact_enrich": {"url": "\(url)", "request": {"email": "mail"},
                    "response": {"job_title": "title"}, "confidence": "score"}}\(more)}
                """)
    }

    /// One that asks for several.
    private static func list(_ url: String, _ more: String) -> ProviderRow {
        ProviderRow(
            name: "crm", kind: "http-json",
            settings: """
                {"capabilities": {"contact_enrich": {"url": "\(url)", "inputs": "people", "inputsPerCall": 5,
                    "request": {"email": "mail"}, "results": "people", "matchBy": {"email": "mail"},
                    "response": {"job_title": "title"}, "isMatchIf": "found", \(more)}}}
                """)
    }

    private static func check(_ output: String, _ count: Int) {
        for (number, line) in output.split(separator: "\r\n").dropFirst().enumerated() {
            #expect(line.contains("p\(number)@example.com,Head of p\(number)@example.com,matched,crm,"), "\(line)")
        }
        #expect(output.split(separator: "\r\n").count == count + 1)
    }

    @Test(
        "Bodies that come compressed, or in Latin-1, are read",
        arguments: ["encoding=gzip", "encoding=deflate", "charset=said", "charset=unsaid"])
    func bodies(_ option: String) async throws {
        try await PeopleServer.with(option) { server in
            try await Enrichment.with([Self.single("\(server.url)/person")]) { enrichment in
                let (request, output) = try await enrichment.run("email\nmüller@example.com\n", providers: ["crm"])
                #expect(request.status == .completed)
                #expect(output.contains("müller@example.com,Head of müller@example.com,matched"), "\(output)")
            }
        }
    }

    @Test("A redirect is followed on the same server with the question and the key, and nowhere else")
    func redirects() async throws {
        try await PeopleServer.with("key=k3y-of-us") { server in
            let more = #", "headers": {"X-Key": "k3y-of-us"}"#
            try await Enrichment.with([Self.single("\(server.url)/moved", more)]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(2), providers: ["crm"])
                #expect(request.status == .completed)
                Self.check(output, 2)
            }
            let before = try await server.log()["answered 200"]
            try await Enrichment.with([Self.single("\(server.url)/away", more)]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(1), providers: ["crm"])
                #expect(request.status == .partial)
                #expect(output.contains("crm leads to another server (localhost)"), "\(output)")
            }
            // The log itself was one more.
            #expect(try await server.log()["answered 200"] == before.map { $0 + 1 })
        }
    }

    @Test("An answer that is promised is waited for where the promise says, and nobody asks, or pays, twice")
    func promises() async throws {
        try await PeopleServer.with { server in
            let row = Self.single("\(server.url)/queued")
            try await Enrichment.with([row]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(2), providers: ["crm"])
                #expect(request.status == .completed)
                Self.check(output, 2)
                #expect(try await enrichment.value("select count(*) from enrichment.calls") == "2")
                let log = try await server.log()
                #expect(log["calls"] == 2 && log["answered 202"] == 4)
            }
        }
    }

    @Test("An answer that has an id is waited for under it")
    func jobs() async throws {
        try await PeopleServer.with { server in
            let poll =
                #""poll": {"url": "\#(server.url)/jobs/{id}", "id": "id", "until": "ready", "everySeconds": 0.05}"#
            try await Enrichment.with([Self.list("\(server.url)/jobs", poll)]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(7), providers: ["crm"])
                #expect(request.status == .completed)
                Self.check(output, 7)
                #expect(try await server.log()["calls"] == 2)
            }
            let never =
                #""poll": {"url": "\#(server.url)/jobs/{id}", "id": "id", "until": "never", "everySeconds": 0.05, "atMostSeconds": 0.2}"#
            try await Enrichment.with([Self.list("\(server.url)/jobs", never)]) { enrichment in
                _ = try await enrichment.request(Enrichment.contacts(1), providers: ["crm"])
                let state = try await enrichment.working {
                    try await eventually {
                        try await enrichment.value(
                            "select state from enrichment.calls where state <> 'reserved' limit 1")
                    }
                }
                // It was taken, and may be charged.
                #expect(state == "unknown")
            }
        }
    }

    @Test("An answer of several pages is read to its end, and each page counts for the limit of a second")
    func pages() async throws {
        try await PeopleServer.with { server in
            var row = Self.list("\(server.url)/pages", #""nextPage": "next""#)
            row.limits.perSecond = 50
            try await Enrichment.with([row]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(5), providers: ["crm"])
                #expect(request.status == .completed)
                Self.check(output, 5)
                #expect(try await server.log()["answered 200"] == 3)
                let sent = try await enrichment.value("select cardinality(sent_times) >= 3 from enrichment.buckets")
                // A request that came late was noted anew.
                #expect(sent == "t")
            }
        }
    }

    @Test("Each page is asked for with the secret of the query, whatever the member is called that numbers them")
    func numberedPages() async throws {
        let folder = try TemporaryFolder()
        let secret = "file:\(try folder.write("s3cret", to: "token"))"
        func row(_ url: String) -> ProviderRow {
            var row = Self.list("\(url)/numbered?page_token=0", #""nextPage": "next", "pageParameter": "page_token""#)
            row.settings = row.settings.replacing(
                #"{"capabilities""#, with: #"{"secretIn": "query", "secretName": "token", "capabilities""#)
            row.secretID = secret
            return row
        }
        try await PeopleServer.with("token=s3cret") { server in
            try await Enrichment.with([row(server.url)]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(5), providers: ["crm"])
                #expect(request.status == .completed)
                Self.check(output, 5)
                #expect(try await server.log()["answered 200"] == 3)
            }
        }
        try await PeopleServer.with("token=s3cret", "pages=403") { server in
            try await Enrichment.with([row(server.url)]) { enrichment in
                let (request, _) = try await enrichment.run(Enrichment.contacts(5), providers: ["crm"])
                #expect(request.status == .partial)
                // The first page was given, and may be charged.
                let calls = try await enrichment.value(
                    "select string_agg(state || ' ' || credits, ',') from enrichment.calls")
                #expect(calls == "unknown 5")
            }
        }
    }

    @Test("A number beyond what a Decimal can be is no reason to pay for its answer again")
    func largeNumbers() {
        let texts = [
            "1e300": "1e+300", "-2.5e200": "-2.5e+200", "1e-200": "1e-200", "0": "0", "-3": "-3", "1.50": "1.5",
            "12345678901234567890123456789": "12345678901234567890123456789",
        ]
        for (number, text) in texts {
            let answer = JSONValue(Array("{\"data\": [{\"score\": \(number), \"title\": \"x\"}]}".utf8))
            #expect(answer?[path: "data.0.title"]?.text == "x", "\(number)")
            #expect(answer?[path: "data.0.score"]?.text == text, "\(number)")
        }
        for wrong in ["NaN", "1e", "--1"] { #expect(JSONValue(Array("{\"score\": \(wrong)}".utf8)) == nil, "\(wrong)") }
    }

    @Test("Half of a character that a server cut is no reason to pay for its answer again")
    func halves() {
        let answer = #"{"title": "\ud83d\ude00 Head of \ud83d", "\udc00": "a\\ud83d"}"#
        #expect(
            JSONValue(Array(answer.utf8))
                == .object(["title": .string("😀 Head of \u{FFFD}"), "\u{FFFD}": .string(#"a\ud83d"#)]))
        #expect(JSONValue(Array(#"{"title": "\ud83d"#.utf8)) == nil)
    }

    @Test(
        "A match whose confidence was to be there and is no number is not certain",
        arguments: [
            (#""high""#, 0), ("null", 0), (#""NaN""#, 0), ("-3", 0), ("0.5", 0.5), ("150", 1), (#""75""#, 0.75),
        ])
    func confidences(_ score: String, _ expected: Double) throws {
        let mapping = HTTPJSONMapping(url: "http://a", response: ["a": "a"], confidence: "score")
        let document = try #require(JSONValue(Array(#"{"a": "x", "score": \#(score)}"#.utf8)))
        #expect(mapping.answers(document, to: [ProviderInput()])[0].confidence == expected)
    }

    @Test("A number that means certain is said where it is neither 1 nor 100, and a domain is taken from a website")
    func details() throws {
        let mapping = HTTPJSONMapping(
            url: "http://a/find?domain={domain}&email={email}", method: .get, response: ["a": "a"],
            confidence: "likelihood",
            confidenceOf: 10)
        let document = JSONValue.object(["a": .string("x"), "likelihood": .number(7)])
        #expect(mapping.answers(document, to: [ProviderInput()])[0].confidence == 0.7)
        let input = ProviderInput([.website: "https://www.Acme.example/about"])
        #expect(mapping.address([input]) == "http://a/find?domain=acme.example")
    }

    @Test(
        "The mappings of the examples are accepted, and make of an answer of their interface what they say",
        arguments: [
            (
                "peopledatalabs",
                #"{"status": 200, "likelihood": 8, "data": {"job_title": "engineer", "linkedin_url": "l/ada"}}"#, 0.8
            ),
            (
                "hunter",
                #"{"data": {"email": "ada@voss.example", "score": 92, "position": "engineer", "linkedin_url": "l/ada"}}"#,
                0.92
            ),
            ("apollo", #"{"person": {"id": "1", "title": "engineer", "linkedin_url": "l/ada"}}"#, 1),
            (
                "dropcontact",
                #"{"success": true, "data": [{"email": [{"email": "ada@voss.example"}], "job": "engineer", "linkedin": "l/ada"}]}"#,
                1
            ),
        ])
    func examples(_ name: String, _ answer: String, _ confidence: Double) throws {
        let settings = try String(contentsOfFile: Project.file("examples/providers/\(name).json"), encoding: .utf8)
        let factory = ProviderFactory(
            ProviderResources(http: HTTPClient(), pool: Pool("", maximum: 1)) { id, _ in id })
        _ = try factory.make(ProviderRow(name: name, kind: "http-json", settings: settings, secretID: "file:key"))
        let decoded = try JSONDecoder().decode(HTTPJSONProvider.Settings.self, from: Data(settings.utf8))
        let mapping = try #require(decoded.capabilities["contact_enrich"])
        let input = ProviderInput([
            .email: "ada@voss.example", .firstName: "Ada", .lastName: "Voss", .website: "voss.example",
        ])
        let document = try #require(JSONValue(Array(answer.utf8)))
        guard case .match(let fields, let sureness) = mapping.answers(document, to: [input])[0] else {
            Issue.record("\(mapping.answers(document, to: [input]))")
            return
        }
        #expect(fields["job_title"] == "engineer" && fields["linkedin_url"] == "l/ada" && sureness == confidence)
        #expect(mapping.answers(.null, to: [input]) == [.noMatch])
    }

    @Test(
        "A test of a provider shows request, answer and mapping without secrets, and is noted and remembered as any call"
    )
    func trial() async throws {
        try await PeopleServer.with("key=s3") { server in
            let settings = """
                {"secretHeader": "X-Key", "capabilities": {"contact_enrich": {"url": "\(server.url)/person?k=s3",
                    "request": {"email": "mail"}, "response": {"job_title": "title"}, "confidence": "score"}}}
                """
            let folder = try TemporaryFolder()
            let key = try folder.write("s3\n", to: "key")
            let row = ProviderRow(name: "crm", kind: "http-json", settings: settings, secretID: "file:\(key)")
            try await Enrichment.with([row]) { enrichment in
                let trace = ProviderTrace()
                let factory = ProviderFactory(
                    ProviderResources(
                        http: HTTPClient(), pool: enrichment.pool,
                        secret: { id, _ in try String(contentsOfFile: String(id.dropFirst(5)), encoding: .utf8) },
                        trace: trace))
                let tester = ProviderTester(pool: enrichment.pool, factory: factory, trace: trace)
                let trial = try await tester.ask("crm", ProviderInput([.email: "ada@voss.example"]), nil)
                #expect(trial.outcome == "match" && trial.confidence == 0.75 && trial.credits == 1)
                #expect(trial.fields == ["job_title": "Head of ada@voss.example"])
                let exchange = try #require(trial.exchanges.first)
                #expect(trial.exchanges.count == 1 && exchange.status == 200)
                #expect(exchange.request == "POST \(server.url)/person?k=…" && exchange.headers.contains("X-Key: …"))
                #expect(
                    exchange.body == #"{"mail":"ada@voss.example"}"# && exchange.answer?.contains("Head of") == true)
                let (_, output) = try await enrichment.run("email\nada@voss.example\n", providers: ["crm"])
                #expect(output.contains("Head of ada@voss.example,matched"))
                #expect(try await enrichment.value("select string_agg(state, ' ') from enrichment.calls") == "answered")
            }
        }
    }
}
