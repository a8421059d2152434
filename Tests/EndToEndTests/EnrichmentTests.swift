import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// Lists of contacts through the real binary: a command, a bucket, and workers that are killed.
@Suite(.timeLimit(.minutes(10))) struct EnrichmentTests {
    /// Contacts as the benchmark makes them.
    private static func contacts(_ count: Int, in catalog: CatalogBinary) async throws -> String {
        let path = catalog.folder.file("contacts.csv")
        _ = try await python("Benchmarks/contacts.py", ["\(count)", path])
        return path
    }

    /// What is wrong with an output, by an independent reader: nothing, if every contact is there once and in order.
    private static func complaints(_ output: String, of input: String) async throws -> String {
        let script = """
            import csv, sys
            before = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))
            after = list(csv.DictReader(open(sys.argv[2], newline="", encoding="utf-8")))
            if len(before) != len(after): print("records", len(before), len(after))
            for one, other in zip(before, after):
                if any(other[name] != value for name, value in one.items()): print("changed", one["id"])
                if other["enrichment_status"] not in ("matched", "no_match"): print(one["id"], other["enrichment_status"])
            """
        let outcome = try await Subprocess.run("/usr/bin/env", ["python3", "-c", script, input, output])
        return outcome.output + outcome.error
    }

    @Test("catalog enrich writes the file, says what it cost, and pays for nothing twice")
    func command() async throws {
        try await CatalogBinary.with { catalog in
            let input = try await Self.contacts(330, in: catalog)
            let output = catalog.folder.file("enriched.csv")
            let first = try await catalog.run("enrich", input, "--provider", "mock", "--output", output, "--json")
            #expect(first.status == 0, "\(first.error)")
            let summary = try JSONDecoder().decode(EnrichmentLine.self, from: Data(first.output.utf8))
            #expect(summary.status == "completed" && summary.totalRecords == 330 && summary.usage.calls > 0)
            let complaints = try await Self.complaints(output, of: input)
            #expect(complaints.isEmpty)

            let second = try await catalog.run("enrich", input, "--provider", "mock", "--output", output, "--json")
            let repeated = try JSONDecoder().decode(EnrichmentLine.self, from: Data(second.output.utf8))
            #expect(repeated.usage.calls == 0 && repeated.usage.credits == 0 && repeated.usage.savedInputs > 900)
        }
    }

    @Test("A result that cannot be written is known before anybody is asked")
    func unwritable() async throws {
        try await CatalogBinary.with { catalog in
            let input = try await Self.contacts(3, in: catalog)
            let refused = try await catalog.run(
                "enrich", input, "--provider", "mock", "--output", catalog.folder.file("missing/enriched.csv"))
            #expect(refused.status == 1 && refused.error.contains("check the folder"), "\(refused.error)")
            let requests = try await catalog.run("enrich", "list", "--json")
            #expect(requests.output.filter { !$0.isWhitespace } == "[]", "\(requests.output)")
        }
    }

    @Test("A list of 100 MB is enriched in the memory of a small one")
    func large() async throws {
        try await CatalogBinary.with { catalog in
            let (input, output) = (catalog.folder.file("large.csv"), catalog.folder.file("out.csv"))
            let made = try await Subprocess.run(
                "/usr/bin/env",
                [
                    "python3", "-c",
                    """
                    import sys
                    with open(sys.argv[1], "w") as file:
                        file.write("id,email,note\\n")
                        for number in range(5000):
                            file.write(f"{number},p{number}@example.com,{'long ' * 4000}\\n")
                    """, input,
                ])
            #expect(made.status == 0)
            let outcome = try await Subprocess.run(
                "/usr/bin/env",
                [
                    "python3", "-c",
                    """
                    import resource, subprocess, sys
                    print(subprocess.run(sys.argv[1:], capture_output=True, text=True).stdout)
                    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
                    """,
                    Project.binary("catalog"), "enrich", input, "--provider", "mock", "--fields", "contact",
                    "--output", output, "--json",
                ], environment: catalog.environment)
            let lines = outcome.output.split(separator: "\n")
            let summary = try JSONDecoder().decode(EnrichmentLine.self, from: Data(lines[0].utf8))
            #expect(summary.status == "completed" && summary.totalRecords == 5000)
            let complaints = try await Self.complaints(output, of: input)
            #expect(complaints.isEmpty)
            let megabytes = try #require(Int(lines[1]))
            #expect(megabytes < 80, "of a debug build")
        }
    }

    @Test("catalog enrich says in one line what is wrong with its arguments and its input")
    func refusals() async throws {
        try await CatalogBinary.with { catalog in
            let input = try catalog.folder.write("a,b\n1,2\n", to: "in.csv")
            let cases: [([String], Int32, String)] = [
                (
                    ["none.csv", "--provider", "mock", "--output", "o.csv"], 1,
                    "catalog: cannot read 'none.csv': there is no such file"
                ),
                ([input, "--provider", "mock", "--output", "o.txt"], 64, "catalog: 'o.txt' names no output format"),
                ([input, "--provider", "nobody", "--output", "o.csv"], 3, "catalog: There is no provider 'nobody'."),
                ([input, "--provider", "mock", "--output", "o.csv"], 3, "catalog: No column says who is meant"),
            ]
            for (arguments, status, message) in cases {
                let outcome = try await catalog.run(["enrich"] + arguments)
                #expect(outcome.status == status && outcome.error.hasPrefix(message), "\(outcome.error)")
            }
            let settings = try await catalog.run(
                "provider", "add", "m", "--kind", "mock", "--settings", #"{"matchPercent": "x"}"#)
            #expect(
                settings.error.hasPrefix(
                    "catalog: cannot use the settings of provider 'm': 'matchPercent' must be a Int"))
        }
    }

    @Test("A file in raw/ becomes one in enhanced/ of the bucket for results")
    func bucket() async throws {
        try await ServiceEnvironment.with { service in
            let catalog = service.catalog
            try await catalog.succeed("provider", "add", "mock", "--kind", "mock", "--per-second", "200")
            try await catalog.succeed("route", "add", "s3://inbox/raw/", "enrich", "--provider", "mock")
            let results = catalog.folder.file("results")
            let input = try await Self.contacts(250, in: catalog)
            try await service.running(
                "serve", "--roles", "worker,poller", setting: ["CATALOG_ENRICH_OUTPUT": "file:\(results)"]
            ) {
                let folder = "\(catalog.folder.file("objects"))/buckets/inbox/raw"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: input, toPath: "\(catalog.folder.path)/staged")
                try FileManager.default.moveItem(
                    atPath: "\(catalog.folder.path)/staged", toPath: "\(folder)/people.csv")
                try await service.wait(for: "completed", "select status from enrichment.requests")
            }
            let complaints = try await Self.complaints("\(results)/enhanced/people.csv", of: input)
            #expect(complaints.isEmpty)
            let arrival = try await service.value("select request_id is not null from intake.object_events")
            #expect(arrival == "t")
        }
    }

    @Test(
        "A list posted as JSON or CSV is enriched; the same list again is the same request",
        arguments: ["/process", "/enrichment"])
    func posted(_ path: String) async throws {
        try await APIEnvironment.with { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let list = (0..<130).map { #"{"email": "p\#($0)@example.com", "company": "C"}"# }.joined(separator: ",")
            let json = #"{"contacts": [\#(list)], "providers": ["mock"], "fields": "contact", "format": "ndjson"}"#
            let first = try await api.call("POST", path, as: "operator", json: json)
            #expect(first.status == 202, "\(first.text)")
            let requestID = try #require(first["requestId"])
            #expect(first["totalBatches"] == "2" && first.headers["Location"] == "/enrichment/\(requestID)")
            let status = path == "/process" ? "/status/\(requestID)" : "/enrichment/\(requestID)"
            let end = try await eventually {
                let answer = try await api.call("GET", status, as: "auditor")
                return answer["status"] == "completed" ? answer : nil
            }
            #expect(end["processedBatches"] == "2" && end["outputFileKey"] == "enhanced/\(requestID).ndjson")
            let url = try #require(end["downloadUrl"])
            let file = try await api.call("GET", String(url.dropFirst(api.url.count)), as: "operator")
            #expect(file.status == 200 && file.text.split(separator: "\n").count == 130)

            let again = try await api.call("POST", path, as: "operator", json: json)
            #expect(again.status == 200 && again["requestId"] == requestID)
            let csv = try await api.call(
                "POST", "\(path)?providers=mock&fields=company", as: "operator", csv: "company\nA\n")
            #expect(csv.status == 202, "\(csv.text)")
        }
    }

    @Test("Columns are kept over HTTP, in versions, by operators, and lists are read with them")
    func mappings() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let path = "/enrichment/mappings/crm"
            for (version, columns) in [("1", #"{"email": "A"}"#), ("2", #"{"email": "Kontakt 2"}"#)] {
                let kept = try await api.call("PUT", path, as: "operator", json: columns)
                #expect(kept.status == 200 && kept["version"] == version, "\(kept.text)")
            }
            for (columns, problem) in [
                (#"{"mail": "A"}"#, "Unknown field 'mail'"), (#"["email"]"#, "columns must be a JSON object"),
            ] {
                let refused = try await api.call("PUT", path, as: "operator", json: columns)
                #expect((400..<500).contains(refused.status) && refused.text.contains(problem), "\(refused.text)")
            }
            let list = try await api.call("GET", "/enrichment/mappings", as: "auditor")
            #expect(list.status == 200 && list.text.contains(#""columns":{"email": "Kontakt 2"}"#), "\(list.text)")
            #expect(try await api.call("GET", "/enrichment/mappings", as: "V001").status == 403)
            #expect(try await api.call("PUT", path, as: "auditor", json: "{}").status == 403)

            let csv = "Kontakt 2;Kunde\nada@voss.example;Voss\n"
            let read = try await api.call("POST", "/enrichment?providers=mock&mapping=crm", as: "operator", csv: csv)
            #expect(read.status == 202 && read["totalRecords"] == "1", "\(read.text)")
            #expect(try await api.call("DELETE", path, as: "operator").status == 204)
            #expect(try await api.call("DELETE", path, as: "operator").status == 404)
            let gone = try await api.call("POST", "/enrichment?providers=mock&mapping=crm", as: "operator", csv: csv)
            #expect(gone.status == 400 && gone.text.contains("There is no mapping 'crm'"), "\(gone.text)")
        }
    }

    @Test("A large list is announced, put, and enriched")
    func announced() async throws {
        try await APIEnvironment.with { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let order = #"{"upload": true, "providers": "mock", "fields": "contact", "gzip": true}"#
            let answer = try await api.call("POST", "/enrichment", as: "operator", json: order)
            #expect(answer.status == 201 && answer["status"] == "accepted", "\(answer.text)")
            let requestID = try #require(answer["requestId"])
            let url = try #require(answer["uploadUrl"])
            let place = String(url.dropFirst(api.url.count))
            let expiry = try await api.service.value(
                """
                select to_char((created_at + '1 day') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from enrichment.requests
                """)
            #expect(answer["expiresAt"] == expiry)
            #expect(try await api.call("GET", "/enrichment/\(requestID)", as: "auditor")["expiresAt"] == expiry)
            let input = try await Self.contacts(300, in: api.service.catalog)
            let put = try await api.call(
                "PUT", place, as: "operator", csv: try String(contentsOfFile: input, encoding: .utf8))
            #expect(put.status == 202 && put["expiresAt"] == nil, "\(put.text)")
            let repeated = try await api.call("PUT", place, as: "operator", csv: "email\nx\n")
            #expect(repeated.status == 409)
            try await api.service.wait(for: "completed", "select status from enrichment.requests")
            let objects = api.service.catalog.folder.file("objects")
            let output = try await Subprocess.run(
                "/usr/bin/env", ["gzip", "-dc", "\(objects)/enhanced/\(requestID).csv.gz"])
            let plain = try api.service.catalog.folder.write(output.output, to: "plain.csv")
            let complaints = try await Self.complaints(plain, of: input)
            #expect(complaints.isEmpty)
        }
    }

    @Test("The guide's commands of the four ways in, one by one")
    func guide() async throws {
        try await APIEnvironment.with(roles: "api,worker,poller") { api in
            let catalog = api.service.catalog
            // The objects of the tests lie elsewhere.
            let script = try DocumentedPage("docs/guides/enrichment.md").script("enrichment-session")
                .replacing("http://127.0.0.1:8080", with: api.url)
                .replacing(".catalog/objects", with: catalog.folder.file("objects"))
            let input = try await Self.contacts(120, in: catalog)
            let variables = [
                "TOKEN": api.tokens["operator"] ?? "",
                "PATH":
                    "\(URL(fileURLWithPath: Project.binary("catalog")).deletingLastPathComponent().path):/usr/bin:/bin",
            ]
            let outcome = try await Subprocess.run(
                "/bin/bash", ["-euc", script], environment: catalog.environment.merging(variables) { $1 },
                directory: catalog.folder.path)
            #expect(outcome.status == 0, "\(outcome.error)")
            // Two of the command, one of the bucket, one of /process, two of /enrichment.
            try await api.service.wait(for: "6", "select count(*) from enrichment.requests where status = 'completed'")
            for output in [
                catalog.folder.file("enriched.csv"), "\(catalog.folder.file("objects"))/enhanced/contacts.csv",
            ] {
                let complaints = try await Self.complaints(output, of: input)
                #expect(complaints.isEmpty)
            }
        }
    }

    @Test(
        "The example's script does the whole of it over HTTP: inline, and announced where the list is large",
        arguments: ["10485760", "1000"])
    func script(_ inlineBytes: String) async throws {
        let count = 400
        try await APIEnvironment.with(roles: "api,worker,poller") { api in
            let catalog = api.service.catalog
            try await catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let (list, result) = (catalog.folder.file("list.csv"), catalog.folder.file("result.csv"))
            try await catalog.succeed("demo", "contacts", "\(count)", "--output", list)
            let outcome = try await Subprocess.run(
                "/usr/bin/env",
                [
                    "bash", Project.file("examples/enrich-over-http.sh"), api.url, api.tokens["operator"] ?? "", list,
                    "mock",
                    result,
                ], environment: ["INLINE_BYTES": inlineBytes, "PATH": "/usr/local/bin:/usr/bin:/bin"])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
            #expect(outcome.output.contains("completed: \(count) records"), "\(outcome.output)")
            let complaints = try await Self.complaints(result, of: list)
            #expect(complaints.isEmpty)
        }
    }

    @Test("What cannot be enriched over HTTP is a problem with a remedy, and vendors see nothing of it")
    func httpRefusals() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let cases: [(String, String, Int, String)] = [
                (#"{"contacts": []}"#, "?providers=mock", 400, "There are no records"),
                (#"{"contacts": [{"a": 1}], "providers": "mock"}"#, "", 400, "No column says who is meant"),
                (#"{"contacts": [{"email": "a"}], "providers": "x"}"#, "", 400, "There is no provider 'x'"),
                (#"{"contacts": [{"email": "a"}], "fields": "x"}"#, "", 400, "expected some of contact"),
                (#"{"contacts": [{"email": "a"}], "minConfidence": 2}"#, "", 400, "a number from 0 to 1"),
                (#"{"people": []}"#, "", 400, "unknown member 'people'"), ("{", "", 400, "not JSON"),
                (#"{"upload": true, "providers": "x"}"#, "", 400, "There is no provider 'x'"),
            ]
            for (json, query, status, detail) in cases {
                let answer = try await api.call("POST", "/enrichment\(query)", as: "operator", json: json)
                #expect(answer.status == status && answer["detail"]?.contains(detail) == true, "\(answer.text)")
            }
            let large = "email\n" + String(repeating: "someone@example.com\n", count: 600_000)
            let tooLarge = try await api.call("POST", "/process?providers=mock", as: "operator", csv: large)
            #expect(tooLarge.status == 413 && tooLarge["detail"]?.contains("upload=true") == true)
            for (caller, status) in [(nil, 401), ("V001", 403), ("auditor", 403)] as [(String?, Int)] {
                let answer = try await api.call("POST", "/process", as: caller, json: "{}")
                #expect(answer.status == status)
            }
            let id = "00000000-0000-0000-0000-000000000000"
            for path in ["/status/x", "/enrichment/\(id)", "/enrichment/\(id)/file"] {
                let answer = try await api.call("GET", path, as: "operator")
                #expect(answer.status == 404)
            }
            let made = try await api.service.value("select count(*) from enrichment.requests")
            #expect(made == "0")
        }
    }

    @Test("Workers killed at random: one output with every contact once, and no contact asked for again without a note")
    func randomKills() async throws {
        try await ServiceEnvironment.with { service in
            let catalog = service.catalog
            let settings = #"{"latencyMilliseconds": 30, "capabilities": ["contact_enrich"]}"#
            try await catalog.succeed("provider", "add", "mock", "--kind", "mock", "--settings", settings)
            try await catalog.succeed("route", "add", "s3://inbox/raw/", "enrich", "--provider", "mock")
            let input = try await Self.contacts(6000, in: catalog)
            let folder = "\(catalog.folder.file("objects"))/buckets/inbox/raw"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: input, toPath: "\(folder)/people.csv")
            var workers = try (0..<2).map { _ in try service.start("serve", "--roles", "worker,poller") }
            var kills = 0
            try await eventually(within: .seconds(240)) {
                // Each time some calls are under way.
                let isCalling = try await service.value(
                    "select count(*) > 0 from enrichment.calls where state = 'reserved'")
                if kills < 8, isCalling == "t" {
                    let victim = kills % workers.count
                    workers[victim].signal(SIGKILL)
                    _ = try await workers[victim].wait()
                    kills += 1
                    workers[victim] = try service.start("worker")
                }
                return try await service.value(
                    "select count(*) >= 50 from enrichment.batches where state = 'done'") == "t"
            }
            try await service.wait(for: "completed", "select status from enrichment.requests")
            for worker in workers {
                worker.signal(SIGTERM)
                _ = try await worker.wait()
            }
            #expect(kills > 2)
            let complaints = try await Self.complaints(
                "\(catalog.folder.file("objects"))/enhanced/people.csv", of: input)
            #expect(complaints.isEmpty)
            // Whom somebody asked for twice, somebody else had asked for in a call that nobody knows the outcome of.
            let paidTwice = try await service.value(
                """
                select count(*) from (
                    select hash from enrichment.calls, unnest(inputs) as hash where state = 'answered'
                    group by hash having count(*) > 1) twice
                """)
            #expect(paidTwice == "0")
            let left = try await service.value("select count(*) from enrichment.calls where state = 'reserved'")
            #expect(left == "0")
            let unknown = try await service.value("select count(*) from enrichment.calls where state = 'unknown'")
            #expect(unknown != "0")
        }
    }
}

/// What `catalog enrich --json` prints: the keys are public.
struct EnrichmentLine: Decodable {
    struct Usage: Decodable {
        var calls, credits, unknownCalls, savedInputs, savedCredits: Int
    }

    var requestId, status, output: String
    var totalRecords, totalBatches, processedBatches, failedBatches: Int
    var usage: Usage
    var durationSeconds: Double
}
