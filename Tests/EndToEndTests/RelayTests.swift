import AWS
import Foundation
import Postgres
import TestSupport
import Testing

/// The relay as an operator runs it, from one real store to another; an outside client puts objects and judges archives.
@Suite(.timeLimit(.minutes(5))) struct RelayTests {
    /// moto is the source, Swift the target: they share neither code nor buckets.
    struct Relay: Sendable {
        let service: ServiceEnvironment
        let address: String
        let inbox: String
        let archive: String
        let source: String
        let target: String

        var expected: String { service.catalog.folder.file("expected") }

        func client(_ words: [String]) async throws -> String {
            let outcome = try await Subprocess.run(
                Project.file(".venv/bin/python"), [Project.file("Tests/Clients/relay.py")] + words,
                environment: ["CATALOG_EVENTS_TOKEN": "t0ken"])
            guard outcome.status == 0 else { throw UnexpectedFailure(arguments: words, outcome: outcome) }
            return outcome.output
        }

        /// Puts objects and posts their events.
        func put(_ prefix: String = "landing/", count: Int, bytes: Int = 20_000) async throws {
            _ = try await client([
                "put", source, inbox, prefix, String(count), String(bytes), "http://\(address)/events/s3", expected,
            ])
        }

        /// What is wrong with the archives of the target.
        func problems() async throws -> String { try await client(["check", target, archive, expected]) }

        func waitUntilVerified(_ members: Int) async throws {
            try await service.wait(
                for: "\(members) t",
                """
                select (select count(*) from relay.members where state = 'packed') || ' '
                    || coalesce(left(bool_and(state = 'verified' or state = 'open' and member_count = 0)::text, 1), 'f')
                from relay.windows
                """)
        }
    }

    /// - Parameter target: options of the target's URL instead of the usual endpoint.
    static func with<Result>(
        _ variables: [String: String] = [:], target: String? = nil, _ body: (Relay) async throws -> Result
    ) async throws -> Result {
        let (source, store) = (try await MotoServer.url(), try await S3Server.url())
        let number = UUID().uuidString.lowercased().prefix(8)
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await makeBucket("inbox-\(number)", .moto)
        try await makeBucket("archive-\(number)", .swift)
        let settings = [
            "CATALOG_STORE": "s3://inbox-\(number)", "CATALOG_HTTP_ADDRESS": address, "CATALOG_EVENTS_TOKEN": "t0ken",
            "AWS_ENDPOINT_URL": source, "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1", "CATALOG_RELAY_TARGET": "s3://archive-\(number)?endpoint=\(target ?? store)",
            "CATALOG_RELAY_ACCESS_KEY_ID": S3Server.accessKey,
            "CATALOG_RELAY_SECRET_ACCESS_KEY": S3Server.secretKey, "CATALOG_RELAY_WINDOW_SECONDS": "10",
        ]
        return try await ServiceEnvironment.with(settings.merging(variables) { $1 }) { service in
            let relay = Relay(
                service: service, address: address, inbox: "inbox-\(number)", archive: "archive-\(number)",
                source: "\(source),AKID,secret", target: "\(store),\(S3Server.accessKey),\(S3Server.secretKey)")
            try await service.catalog.succeed("route", "add", "s3://\(relay.inbox)/landing/", "relay")
            return try await body(relay)
        }
    }

    private static func makeBucket(_ name: String, _ store: S3Store) async throws {
        try await S3Client(try await store.configuration()).createBucket(name)
    }

    /// A place where a worker's statement can be made to wait: table, operation and condition of a trigger.
    static let steps: [(name: String, table: String, condition: String)] = [
        ("seal", "update on relay.windows", "new.state = 'sealed' and old.state = 'open'"),
        ("dispatch", "update on relay.windows", "new.state = 'packing'"),
        ("begin", "update on relay.windows", "new.attempt > old.attempt"),
        ("plan", "insert on relay.archives", "true"),
        (
            "delivery of an archive", "update on relay.archives",
            "new.delivered_at is not null and old.delivered_at is null"
        ),
        ("delivery of the window", "update on relay.windows", "new.state = 'delivered'"),
        ("verification of an archive", "update on relay.archives", "new.verified_at is not null"),
        ("verification of the window", "update on relay.windows", "new.state = 'verified'"),
        ("end of the job", "delete on jobs.jobs", "old.kind = 'relay.pack'"),
    ]

    @Test("Killed at any step, a worker loses nothing and delivers nothing twice", arguments: steps.map(\.name))
    func killedAtEveryStep(name: String) async throws {
        let step = try #require(Self.steps.first { $0.name == name })
        try await Self.with { relay in
            try await relay.service.block(step.table, when: step.condition)
            let gate = try await Gate(relay.service.catalog.conninfo)
            try await relay.service.running("serve", "--roles", "api") {
                try await relay.put(count: 10, bytes: 3000)
            }
            let victim = try relay.service.start("worker")
            // Up to the dispatch it is the worker's own clock that is tested.
            if !["seal", "dispatch"].contains(name) { try await relay.service.catalog.succeed("relay", "flush") }
            try await gate.isReached(relay.service)
            victim.signal(SIGKILL)
            _ = try await victim.wait()
            try await gate.open()
            try await relay.service.running("worker") { try await relay.waitUntilVerified(10) }
            let problems = try await relay.problems()
            #expect(problems == "")
        }
    }

    @Test("Objects of one store are in archives of another, each exactly once, checked")
    func relayed() async throws {
        try await Self.with { relay in
            try await relay.service.running("serve", "--roles", "api,worker") {
                try await relay.put(count: 120)
                try await relay.waitUntilVerified(120)
            }
            let problems = try await relay.problems()
            #expect(problems == "")
            let archives = try await relay.service.value(
                "select sum(member_count) || ' ' || bool_and(verified_at is not null) from relay.archives")
            #expect(archives == "120 true")
            try await runGuide(relay)
        }
    }

    /// Every command that the guide shows, on the windows that are there.
    private func runGuide(_ relay: Relay) async throws {
        let session = try DocumentedPage("docs/guides/relay.md").commands("relay").joined(separator: "\n")
        let commands = session.matches(of: /(?:^|\n) *catalog (relay [^#\n]*)/).map { String($0.output.1) }
        #expect(
            Set(commands.map { $0.split(separator: " ")[1] })
                == ["status", "flush", "replay", "verify", "missing", "retry", "lifecycle"])
        let window = try #require(
            try await relay.service.value(
                "select to_char(min(opens_at) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from relay.windows")
        )
        for command in commands {
            let words = command.split(separator: " ").map {
                $0.wholeMatch(of: /\d{4}-.*Z/) == nil ? String($0) : window
            }
            let outcome = try await relay.service.catalog.run(words, setting: relay.service.variables)
            #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(command): \(outcome.error)")
            if words[1] == "verify" { #expect(outcome.output.contains("good") && !outcome.output.contains("BAD")) }
        }
        // What was replayed is still there: it is looked at, and nothing is sent again.
        try await relay.service.running("worker") { try await relay.waitUntilVerified(120) }
        let again = try await relay.problems()
        #expect(again == "")
    }
}
