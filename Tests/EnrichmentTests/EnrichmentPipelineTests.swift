import Foundation
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Storage
@testable import Tabular
@testable import Intake

@Suite(.timeLimit(.minutes(5))) struct EnrichmentPipelineTests {
    @Test("Every record is in the output once, in order, with what was found and by whom")
    func output() async throws {
        try await Enrichment.with([.mock("mock", #"{"matchPercent": 100}"#)]) { enrichment in
            let (request, output) = try await enrichment.run(Enrichment.contacts(250), groups: nil, workers: 2)
            #expect(request.status == .completed)
            #expect(request.totalBatches == 3 && request.processedBatches == 3)
            let lines = output.split(separator: "\r\n")
            #expect(lines.count == 251)
            #expect(
                lines[0].hasPrefix("first_name,last_name,company,email,enriched_contact_email,enriched_contact_phone,"))
            #expect(
                lines[0].hasSuffix(",enriched_naics_sector,enrichment_status,enrichment_providers,enrichment_error"))
            for (number, line) in lines.dropFirst().enumerated() {
                #expect(line.hasPrefix("F\(number),L\(number),Company \(number),p\(number)@example.com,"))
                #expect(line.hasSuffix(",matched,mock,"))
            }
            let kept = try await enrichment.value(
                """
                select count(*) from enrichment.results
                where provider = 'mock' and confidence > 0 and obtained_at > now() - interval '1 hour' and fields is not null
                """)
            #expect(kept == "750")
        }
    }

    @Test(
        "The result comes as JSON, as JSON lines and compressed",
        arguments: [(OutputFormat.json, false), (.ndjson, false), (.csv, true)])
    func formats(_ format: OutputFormat, _ isCompressed: Bool) async throws {
        try await Enrichment.with { enrichment in
            let input =
                "[{\"email\": \"a@b.example\", \"n\": 1.5, \"tags\": [\"x\", \"y\"], \"gone\": null},\n{\"email\":\"ü\\\"@b.example\"}]"
            guard
                case .created(let id) = try await enrichment.request(input, format: format, isCompressed: isCompressed)
            else {
                Issue.record("it is new")
                return
            }
            let request = try await enrichment.finish(id)
            #expect(request.status == .completed)
            let script = """
                import csv, gzip, io, json, sys
                data = open(sys.argv[1], "rb").read()
                if sys.argv[3] == "true": data = gzip.decompress(data)
                text = data.decode()
                rows = json.loads(text) if sys.argv[2] == "json" else [json.loads(line) for line in text.splitlines()] \\
                    if sys.argv[2] == "ndjson" else list(csv.DictReader(io.StringIO(text)))
                print(len(rows), rows[0]["n"], rows[0]["tags"], rows[1]["email"], "enrichment" in rows[0] or "enrichment_status" in rows[0])
                """
            let outcome = try await Subprocess.run(
                "/usr/bin/env",
                [
                    "python3", "-c", script, enrichment.output.path(of: request.outputKey), format.rawValue,
                    "\(isCompressed)",
                ])
            // A list of texts comes back as one where the format has lists.
            let tags = format == .csv ? "x; y" : "['x', 'y']"
            #expect(outcome.output == "2 1.5 \(tags) ü\"@b.example True\n", "\(outcome.error)")
        }
    }

    @Test("Nobody is asked twice: not for duplicates, not for a second request, and no match is remembered too")
    func cache() async throws {
        try await Enrichment.with { enrichment in
            let twice =
                Enrichment.contacts(60)
                + Enrichment.contacts(60).split(separator: "\n").dropFirst().map { $0.uppercased() + "\n" }.joined()
            let (first, _) = try await enrichment.run(twice)
            let used = try await enrichment.pool.run { try $0.enrichmentUsage(first.requestID) }
            #expect(used.calls == 3 || used.calls == 4)
            #expect(used.savedInputs == 60)
            let asked = try await enrichment.value("select sum(cardinality(inputs)) from enrichment.calls")
            #expect(asked == "60")
            let (second, _) = try await enrichment.run(Enrichment.contacts(60))
            let saved = try await enrichment.pool.run { try $0.enrichmentUsage(second.requestID) }
            #expect(saved.calls == 0 && saved.credits == 0 && saved.savedInputs == 60)
            #expect(saved.savedCredits == used.credits)
        }
    }

    @Test("The same request returns the earlier one, whatever the order of its keys and columns")
    func requestHash() async throws {
        try await Enrichment.with { enrichment in
            let first = try await enrichment.request("email,company\na@b.example,B\n", reusing: true)
            let second = try await enrichment.request(#"{"company": "B", "email": "a@b.example"}"#, reusing: true)
            let other = try await enrichment.request("email,company\na@b.example,C\n", reusing: true)
            guard case .created(let id) = first, case .created = other else {
                Issue.record("\(first)")
                return
            }
            #expect(second == .same(requestID: id))
        }
    }

    @Test("The next provider is asked for what the first does not know")
    func waterfall() async throws {
        let providers = [
            ProviderRow.mock("none", #"{"matchPercent": 0, "capabilities": ["contact_enrich"]}"#),
            .mock("all", #"{"matchPercent": 100, "capabilities": ["contact_enrich", "industry"]}"#),
        ]
        try await Enrichment.with(providers) { enrichment in
            let (request, output) = try await enrichment.run(
                Enrichment.contacts(30), providers: ["none", "all"], groups: nil)
            #expect(request.status == .completed)
            #expect(output.split(separator: "\r\n").dropFirst().allSatisfy { $0.hasSuffix(",matched,all,") })
            let asked = try await enrichment.pool.run { session in
                try session.query("select provider || ' ' || capability from enrichment.calls group by 1 order by 1")
                    .map { $0[0] }
            }
            #expect(asked == ["all contact_enrich", "all industry", "none contact_enrich"])
        }
    }

    @Test("A failing provider is asked again, a refusing one makes the file partial, and a retry completes it")
    func failures() async throws {
        try await Enrichment.with([.mock("mock", #"{"errorPercent": 30}"#)]) { enrichment in
            let (request, _) = try await enrichment.run(Enrichment.contacts(300))
            #expect(request.status == .completed)
        }
        try await Enrichment.with([.mock(limits: ProviderLimits(creditBudget: 30))]) { enrichment in
            let (request, output) = try await enrichment.run(Enrichment.contacts(250))
            #expect(request.status == .partial)
            let lines = output.split(separator: "\r\n")
            #expect(lines.count == 251)
            #expect(
                lines.contains {
                    $0.contains(",failed,,") && $0.contains("the credit budget of provider mock is spent")
                })
            try await enrichment.pool.transaction { session in
                try session.saveProvider(.mock())
                _ = try session.execute(
                    "update jobs.jobs set state = 'ready', run_at = now(), attempt = 0 where state = 'dead'")
            }
            let completed = try await enrichment.working {
                try await eventually {
                    try await enrichment.value("select status from enrichment.requests") == "completed"
                }
                return try String(contentsOfFile: enrichment.output.path(of: request.outputKey), encoding: .utf8)
            }
            #expect(completed.split(separator: "\r\n").count == 251)
            #expect(!completed.contains(",failed,"))
            let counts = try await enrichment.value(
                "select processed_batches || ' ' || failed_batches from enrichment.requests")
            #expect(counts == "3 0")
        }
    }

    @Test(
        "Nobody is asked about a line that may be part of another value, or whose cells have no column; nothing of it is lost"
    )
    func doubtfulLines() async throws {
        let list = """
            email,note
            a@b.example,"old list:
            ghost@b.example,x
            the "good" one"
            b@b.example,fine
            c@b.example,Voss, Ada
            ,,
            d@b.example,fine,,

            """
        try await Enrichment.with([.mock("mock", #"{"matchPercent": 100}"#)]) { enrichment in
            let (request, output) = try await enrichment.run(list)
            let lines = output.split(separator: "\r\n").map(String.init)
            #expect(request.status == .completed && request.totalRecords == 6)
            let asked = lines.dropFirst().map { $0.contains("matched") }
            #expect(asked == [false, false, false, true, false, true], "\(output)")
            let unsure = lines.filter { $0.contains("not_asked") }
            #expect(unsure.count == 4)
            #expect(unsure[0].contains("Line 2 has an unbalanced quote: a@b.example,\"\"old list:"))
            #expect(unsure[1].contains("Line 3 may be part of a value of line 2"))
            #expect(unsure[3].contains("Line 6 has 3 fields, the header has 2: c@b.example,Voss, Ada"))
            let questions = try await enrichment.value("select count(*) from enrichment.cache")
            #expect(questions == "2")
        }
    }

    @Test("A provider whose settings are of no use is in nobody's way who does not ask it")
    func unusable() async throws {
        let broken = ProviderRow(name: "broken", kind: "http-json", settings: #"{"timeoutSeconds": 0}"#)
        try await Enrichment.with([broken, .mock("mock", #"{"matchPercent": 100}"#)]) { enrichment in
            let (request, output) = try await enrichment.run(Enrichment.contacts(2))
            #expect(request.status == .completed && output.contains("matched,mock"))
            for names in [["broken", "mock"], []] {
                let failure = await #expect(throws: EnrichmentFailure.self) {
                    _ = try await enrichment.request(Enrichment.contacts(2), providers: names)
                }
                #expect(failure?.description.contains("'timeoutSeconds' must be greater than 0") == true)
            }
        }
    }

    @Test(
        "A NUL in the name of a column, or in a value, is no reason to refuse a list",
        arguments: [
            "email,no\u{0}te\na@b.example,x\u{0}y\n", #"[{"email": "a@b.example", "no\u0000te": "x\u0000y\ud83d"}]"#,
        ])
    func unstorable(_ list: String) async throws {
        try await Enrichment.with { enrichment in
            let (request, output) = try await enrichment.run(list)
            #expect(request.status == .completed)
            #expect(output.contains("no\u{FFFD}te") && output.contains("x\u{FFFD}y"), "\(output)")
        }
    }

    @Test("A list is read in the encoding that is said of it, else guessed, and that is kept")
    func encodings() async throws {
        try await Enrichment.with { enrichment in
            let bytes = Array("email,last_name\na@b.example,M".utf8) + [0xFC] + Array("ller\n".utf8)
            for (encoding, name, isGuessed) in [(nil, "windows-1252", true), ("ISO-8859-2", "iso-8859-2", false)] {
                let list = try enrichment.folder.write(bytes, to: "list")
                let spool = try ContactSpool.read(
                    LocalFile(path: list), limits: FileLimits(), encoding: encoding)
                let new = NewEnrichment(
                    source: .api, options: EnrichmentOptions(providers: ["mock"], encoding: encoding), format: .csv)
                _ = try await enrichment.pipeline.create(new, spool, reusing: false)
                let request = try #require(try await enrichment.pool.run { try $0.enrichment(new.requestID) })
                #expect(request.encoding == name && request.isEncodingGuessed == isGuessed)
                #expect(request.options.encoding == encoding)
            }
            #expect(throws: EnrichmentFailure.self) {
                try ContactSpool.read(TextSource("email\n"), limits: FileLimits(), encoding: "klingon")
            }
        }
    }

    @Test("A header with an open quote, or of more columns than a statement takes, is refused at once")
    func unusableHeaders() async throws {
        let wide = "email," + (0..<1_700).map { "c\($0)" }.joined(separator: ",") + "\na@b.example\n"
        try await Enrichment.with { enrichment in
            for (list, reason) in [
                (wide, "The list has 1701 columns"),
                ("email,\"note\na@b.example,x\n", "The header (line 1) cannot be read"),
            ] {
                let failure = await #expect(throws: EnrichmentFailure.self) { try await enrichment.request(list) }
                #expect(failure?.description.hasPrefix(reason) == true, "\(String(describing: failure))")
            }
        }
    }

    @Test("Lines of a title above the header are passed over, as in a vendor's file")
    func title() async throws {
        try await Enrichment.with { enrichment in
            _ = try await enrichment.request("Our contacts;\n\nas of March;\nemail;city\na@b.example;Emden\n")
            #expect(
                try await enrichment.value("select string_agg(input::text, ';') from enrichment.records")
                    == #"{"city": "Emden", "email": "a@b.example"}"#)
        }
    }

    @Test(
        "A list that cannot be enriched says why",
        arguments: [
            ("", "The file is empty (0 bytes)."), ("a,b\n1,2\n", "No column says who is meant"),
            ("email\n", "There are no records"), ("[]", "There are no records"),
            ("[{\"email\": 1}, 5]", "not an array of objects"),
            ("[{\"email\": \"x\"", "ends in the middle of record 1"),
            ("{\"email\": }", "Record 1 is not a JSON object"),
        ])
    func refusals(_ text: String, _ reason: String) async throws {
        try await Enrichment.with { enrichment in
            let failure = await #expect(throws: EnrichmentFailure.self) { try await enrichment.request(text) }
            #expect(failure?.description.contains(reason) == true, "\(String(describing: failure))")
            let made = try await enrichment.value("select count(*) from enrichment.requests")
            #expect(made == "0")
        }
    }

    @Test("A provider that is not there, or cannot do it, is named")
    func unknownProviders() async throws {
        try await Enrichment.with([.mock("m", #"{"capabilities": ["industry"]}"#)]) { enrichment in
            for (providers, reason) in [
                (["x"], "There is no provider 'x'. Known are: m."), (["m"], "No provider gives what is wanted: m."),
                ([], "There are only providers for demonstration, which are asked where they are named"),
            ] {
                let failure = await #expect(throws: EnrichmentFailure.self) {
                    try await enrichment.request(Enrichment.contacts(1), providers: providers)
                }
                #expect(failure?.description.hasPrefix(reason) == true)
            }
        }
    }

    @Test(
        "A name that looks like a request's id, but is none, is a name like any other",
        arguments: ["2026-01-01-00-00-00-2026-01-31-23-59", "------------------------------------"])
    func almostAnID(name: String) async throws {
        try await Enrichment.with { enrichment in
            let outcome = try await enrichment.pool.transaction { session in
                try session.addRoute(
                    Route(
                        bucket: "in", prefix: "raw/", pipeline: "enrich",
                        options: RouteOptions(EnrichmentIntake.Options(providers: ["mock"]))))
                return try session.record(
                    .make(bucket: "in", key: "raw/\(name).csv"), Pipelines([EnrichmentIntake()]))
            }
            #expect(outcome.id("request_id") != nil)
        }
    }

    @Test(
        "A header that would be repeated in each record until the disk is full is refused, and nothing of the list is kept"
    )
    func longHeader() async throws {
        var limits = FileLimits()
        limits.maximumFileBytes = 100_000
        try await Enrichment.with(limits: limits) { enrichment in
            let list =
                "email,\(String(repeating: "n", count: 50_000))\n" + (0..<50).map { "p\($0)@x.example,1\n" }.joined()
            let failure = await #expect(throws: EnrichmentFailure.self) { try await enrichment.request(list) }
            #expect(failure?.description.contains("shorten the names") == true)
            let records = try await enrichment.value("select count(*) from enrichment.records")
            #expect(records == "0")
        }
    }

    @Test("A name that begins with an accent has a result of its own", arguments: ["\u{301}list.csv", "list.csv"])
    func accent(name: String) async throws {
        try await Enrichment.with { enrichment in
            let outcome = try await enrichment.pool.transaction { session in
                try session.addRoute(
                    Route(
                        bucket: "in", prefix: "raw/", pipeline: "enrich",
                        options: RouteOptions(EnrichmentIntake.Options(providers: ["mock"]))))
                return try session.record(.make(bucket: "in", key: "raw/\(name)"), Pipelines([EnrichmentIntake()]))
            }
            let requestID = try #require(outcome.id("request_id"))
            let request = try await enrichment.pool.run { try $0.enrichment(requestID) }
            #expect(request.map { Array($0.outputKey.utf8) } == Array("enhanced/\(name)".utf8))
        }
    }

    @Test("An object below raw/ becomes one of the same name below enhanced/")
    func arrival() async throws {
        try await Enrichment.with { enrichment in
            try await enrichment.pool.transaction {
                try $0.addRoute(
                    Route(
                        bucket: "in", prefix: "raw/", pipeline: "enrich",
                        options: RouteOptions(EnrichmentIntake.Options(providers: ["mock"]))))
            }
            let store = try enrichment.resources.stores.store(bucket: "in")
            let path = try enrichment.folder.write(Enrichment.contacts(120), to: "staged")
            try await store.put("raw/list.csv", contentsOf: path)
            let info = try #require(try await store.head("raw/list.csv"))
            let event = ObjectEvent.make(bucket: "in", key: "raw/list.csv", etag: info.etag)
            let pipelines = Pipelines([EnrichmentIntake()])
            let outcomes = try await enrichment.pool.transaction { session in
                [
                    try session.record(event, pipelines), try session.record(event, pipelines),
                    try session.record(.make(bucket: "in", key: "raw/x.xlsx"), pipelines),
                ]
            }
            let requestID = try #require(outcomes[0].id("request_id"))
            #expect(outcomes[1] == .seen)
            guard case .ignored = outcomes[2] else {
                Issue.record("\(outcomes)")
                return
            }
            let request = try await enrichment.finish(requestID)
            #expect(request.status == .completed && request.outputKey == "enhanced/list.csv")
            let output = try String(contentsOfFile: enrichment.output.path(of: "enhanced/list.csv"), encoding: .utf8)
            #expect(output.split(separator: "\r\n").count == 121)
        }
    }
}
