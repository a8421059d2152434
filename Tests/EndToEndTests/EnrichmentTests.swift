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

    @Test("catalog enrich says in one line what is wrong with its arguments and its input")
    func refusals() async throws {
        try await CatalogBinary.with { catalog in
            let input = try catalog.folder.write("a,b\n1,2\n", to: "in.csv")
            let cases: [([String], Int32, String)] = [
                (
                    ["none.csv", "--provider", "mock", "--output", "o.csv"], 1,
                    "catalog: cannot read 'none.csv': there is no such file"
                ),
                ([input, "--provider", "mock", "--output", "o.txt"], 64, "catalog: 'o.txt' does not say how to write"),
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
            while try await service.value("select count(*) from enrichment.batches where state = 'done'").flatMap({
                Int($0)
            }) ?? 0 < 50 {
                // Each time some calls are under way.
                let isCalling = try await service.value(
                    "select count(*) > 3 from enrichment.calls where state = 'reserved'")
                guard kills < 8, isCalling == "t" else { continue }
                let victim = kills % workers.count
                workers[victim].signal(SIGKILL)
                _ = try await workers[victim].wait()
                kills += 1
                workers[victim] = try service.start("worker")
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
