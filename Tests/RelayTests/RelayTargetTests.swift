import AWS
import Foundation
import Intake
import Jobs
import PipelineSupport
import Postgres
import Storage
import TestSupport
import Testing

@testable import Relay

/// Routes with a target of their own: where their archives lie, and whose trouble is whose.
@Suite(.timeLimit(.minutes(6))) struct RelayTargetTests {
    private static let intake = RelayIntake(window: .seconds(3600), targets: ["cold", "b-2"])

    @Test("A route says target and place; what it says is kept as it is, and the place is a folder")
    func options() throws {
        let given = [
            "name": ["orders"], "target": ["cold"], "archivePrefix": ["acme/year=2026"], "compression": ["zstd"],
        ]
        let options = try Self.intake.options(given)
        #expect(
            options.json == #"{"archivePrefix":"acme/year=2026/","compression":"zstd","name":"orders","target":"cold"}"#
        )
        #expect(
            try options.decoded(as: RelayRoute.self).newWindow(length: .seconds(60))
                == NewWindow(
                    name: "orders", target: "cold", archivePrefix: "acme/year=2026/", length: .seconds(60),
                    compression: .zstd))
        let sized = RelayIntake(window: .seconds(60), targets: [], largestArchive: 2 << 20)
        #expect(try sized.options(["name": ["a"], "archiveBytes": ["2097152"]]).json.contains("2097152"))
        #expect(throws: RouteOptionError.self) { try sized.options(["name": ["a"], "archiveBytes": ["2097153"]]) }
        // Who does not relay does not know the targets.
        #expect(
            try RelayIntake(window: .seconds(60)).options(["name": ["a"], "target": ["warm"]]).json.contains("warm"))
    }

    @Test(
        "A target that is not set, and a place that is none, are refused",
        arguments: [
            ["target": ["cold"]], ["name": ["a"], "target": ["warm"]], ["name": ["a"], "target": [""]],
            ["name": ["a"], "target": ["Cold"]], ["name": ["a"], "target": ["s3://id:secret@archive"]],
            ["archivePrefix": ["a/"]], ["name": ["a"], "archivePrefix": ["/a/"]],
            ["name": ["a"], "archivePrefix": [""]],
            ["name": ["a"], "archivePrefix": ["a/../b/"]], ["name": ["a"], "archivePrefix": ["a//b/"]],
            ["name": ["a"], "archivePrefix": ["."]], ["name": ["a"], "archivePrefix": ["ü/"]],
            ["name": ["a"], "archivePrefix": ["a b/"]], ["name": ["a"], "archivePrefix": ["a\nb/"]],
            ["name": ["a"], "archivePrefix": [String(repeating: "a", count: 200)]],
        ])
    func refusals(given: [String: [String]]) {
        #expect(throws: RouteOptionError.self) { try Self.intake.options(given) }
    }

    @Test("What is allowed as a name or a place is what the table allows")
    func constraints() async throws {
        try await withConnection(migrated: true) { connection in
            for (column, good, bad) in [
                (
                    "target", ["", "a", "a-1", String(repeating: "a", count: 32)],
                    ["A", "1", "a_b", String(repeating: "a", count: 33)]
                ),
                (
                    "archive_prefix", ["a/", "a.b/c=1/", "-_/", String(repeating: "a", count: 199) + "/"],
                    ["", "a", "/", "../", "a/../", "a//", String(repeating: "a", count: 200) + "/"]
                ),
            ] {
                for (value, isGood) in good.map({ ($0, true) }) + bad.map({ ($0, false) }) {
                    let insert: Statement = """
                        insert into relay.windows (opens_at, closes_at, target, archive_prefix)
                        values (now(), now() + interval '1 minute', \(column == "target" ? value : "")::text, \(column == "target" ? nil : value)::text)
                        """
                    let isAllowed: Bool
                    do {
                        try await connection.transaction { session in
                            try session.execute(insert)
                            try session.execute("delete from relay.windows")
                        }
                        isAllowed = true
                    } catch is PostgresError {
                        isAllowed = false
                    }
                    #expect(isAllowed == isGood, "\(column) '\(value)'")
                }
            }
        }
    }

    @Test(
        "A route that gets another target, or routes of one name with two, never put an object into the other's window")
    func change() async throws {
        try await RelayWindowTests.withPool { pool in
            for (key, target, prefix) in [
                ("a", nil, nil), ("b", "cold", nil), ("c", "b-2", "x/"), ("d", "cold", nil), ("e", nil, nil),
                ("f", "b-2", "y/"),
            ] as [(String, String?, String?)] {
                var given = ["name": ["orders"]]
                given["target"] = target.map { [$0] }
                given["archivePrefix"] = prefix.map { [$0] }
                let options = try Self.intake.options(given)
                try await pool.transaction { session in
                    try session.addRoute(Route(bucket: "inbox", prefix: "", pipeline: "relay", options: options))
                    _ = try session.record(.make(bucket: "inbox", key: key, byteCount: 1), Pipelines([Self.intake]))
                }
            }
            let windows = try await pool.run { session in
                try session.query(
                    """
                    select w.target || ' ' || coalesce(w.archive_prefix, '-') || ' ' || string_agg(m.object_key, ' ' order by m.object_key) as text
                    from relay.windows w join relay.members m on m.window_at = w.opens_at
                    group by w.target, w.archive_prefix order by 1
                    """
                ).map { try $0.get("text", as: String.self) }
            }
            #expect(windows == [" - a e", "b-2 x/ c", "b-2 y/ f", "cold - b d"])
        }
    }

    @Test("An archive that comes back by a route to its own target is left alone; to another target it goes on")
    func loop() async throws {
        try await RelayWindowTests.withPool { pool in
            let cold = try Self.intake.options(["name": ["second"], "target": ["cold"]])
            let outcomes = try await pool.transaction { session in
                try session.addRoute(Route(bucket: "inbox", prefix: "", pipeline: "relay"))
                try session.addRoute(Route(bucket: "archive", prefix: "", pipeline: "relay", options: cold))
                let window = RelayWindow.make()
                try session.execute(
                    """
                    insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, sealed_at)
                    values (\(window.opensAt)::timestamptz, \(window.closesAt)::timestamptz, 'sealed', 1, 1, now())
                    """)
                let digest = String(repeating: "0", count: 64)
                let key = RelayArchive.key(of: window, part: 1, sha256: digest)
                try session.execute(
                    RelayArchive.insert(
                        RelayArchive(
                            opensAt: window.opensAt, part: 1, key: key, sha256: digest, byteCount: 1, memberCount: 1)))
                return try [("inbox", key), ("inbox", "other.tar.gz"), ("archive", key)].map { bucket, key in
                    try session.record(.make(bucket: bucket, key: key, byteCount: 1), Pipelines([Self.intake]))
                }
            }
            #expect(outcomes[0] == .ignored(reason: "an archive of the relay, which would go to where it is"))
            #expect(
                outcomes[1...].allSatisfy { if case .accepted = $0 { true } else { false } }, "\(outcomes)")
        }
    }

    @Test("While a target fails, one of its windows at a time is tried, of whatever name; those of other targets go on")
    func dispatch() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(
                    """
                    insert into relay.windows (opens_at, closes_at, name, target, state, member_count, byte_count, sealed_at)
                    select at - interval '1 minute', at, name, case when name = '' then '' else 'cold' end, 'sealed', 1, 1000, at
                    from unnest('{orders,orders,bills,"",""}'::text[]) with ordinality as w (name, number)
                    cross join lateral (select now() - (60 + number) * interval '1 minute' - number * interval '1 us') as t (at)
                    """)
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "target") == " 2, cold 3")
                let queues = try session.first("select string_agg(distinct queue, ' ' order by queue) from jobs.jobs")?[
                    0]
                #expect(queues == "relay relay_cold")
                let failed = try #require(try session.begin("cold", by: "target"))
                try session.execute(RelayWindow.fail(failed, waitsFor: "target", error: "503", pause: .zero))
            }
            try await connection.transaction { session in
                #expect(
                    try session.begin("cold", by: "target") == nil && session.begin("cold", by: "target") == nil,
                    "they step back")
                let other = try #require(try session.begin("", by: "target"))
                try session.dispatchWindows()
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "target") == " 2, cold 1", "a probe")
                let probe = try #require(try session.begin("cold", by: "target"))
                try session.execute(RelayWindow.fail(probe, waitsFor: "target", error: "503", pause: .seconds(3600)))
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "target") == " 2")
                // Another target says nothing of this one, and it nothing of that one's sources.
                try session.execute(RelayWindow.endOutage(["source", "target"], of: other))
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "target") == " 2")
                try session.execute(RelayWindow.endOutage(["target"], of: .make(name: "bills", target: "cold")))
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "target") == " 2, cold 3")
            }
        }
    }

    @Test("A backlog of one target does not take the places of another's")
    func backlog() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(
                    """
                    insert into relay.windows (opens_at, closes_at, name, target, state, member_count, byte_count, sealed_at)
                    select at - interval '1 minute', at, target, target, 'sealed', 1, 1000, at
                    from generate_series(1, 200) as w (number)
                    cross join lateral (select case when number > 190 then '' else 'cold' end as target,
                        now() - (400 - number) * interval '1 minute' - number * interval '1 us' as at) as t
                    """)
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "target") == " 10, cold \(RelayWindow.mostHandedOut)")
            }
        }
    }

    @Test("Windows of a target that no process knows are an alert that names its setting, beside that of another")
    func unknown() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(
                    """
                    insert into relay.windows (opens_at, closes_at, name, target, state, member_count, byte_count, sealed_at)
                    select now() - number * interval '1 hour', now() - number * interval '1 hour' + interval '1 minute', target, target,
                        'sealed', 1, 1000, now()
                    from unnest('{cold,b-2,""}'::text[]) with ordinality as w (target, number)
                    """)
                try session.dispatchWindows()
                try session.execute(
                    "update jobs.jobs set run_at = run_at - interval '2 minutes' where queue <> 'relay_b-2'")
                try session.execute(
                    """
                    update jobs.jobs set state = 'running', lease_until = now() + interval '1 minute', worker_id = 'w'
                    where queue = 'relay'
                    """)
                let first = try session.updateAlerts(RelaySettings()).raised
                #expect(first.map(\.0) == ["workers"] && first[0].1.contains("with CATALOG_RELAY_TARGET_COLD running?"))
                try session.pauseQueue("relay_b-2")
                try session.execute("update jobs.jobs set run_at = run_at - interval '2 minutes'")
                #expect(try session.updateAlerts(RelaySettings()).raised.isEmpty)
                let detail = try #require(try session.relayStatus().alerts.first?.detail)
                #expect(
                    detail.contains("catalog jobs resume relay_b-2") && detail.contains("CATALOG_RELAY_TARGET_COLD"))
            }
        }
    }

    /// A line with a route `orders/` to a target of its own.
    private static func withTwoTargets(
        _ target: any ArchiveStore, _ body: (RelayLine) async throws -> Void
    ) async throws {
        try await RelayLine.with { line in
            var line = line
            line.targets = ["cold": target]
            let options = try intake.options(["name": ["orders"], "target": ["cold"], "archivePrefix": ["acme/orders"]])
            try await line.pool.transaction { [line] in
                try $0.addRoute(Route(bucket: line.inbox, prefix: "orders/", pipeline: "relay", options: options))
            }
            try await body(line)
        }
    }

    private static let states: Statement = """
        select string_agg(target || ' ' || state || ' ' || coalesce(waits_for, '-'), ', ' order by target, state, waits_for) from relay.windows
        """

    @Test("A target that refuses everything keeps only its own windows waiting; archives lie where their route says")
    func isolation() async throws {
        let (_, bucket) = try await S3Store.swift.bucket()
        try await StoreProxy.with(to: try await S3Server.url(), .refuse) { proxy in
            let client = try await RelayLine.client(proxy.url)
            try await Self.withTwoTargets(S3ArchiveStore(bucket: bucket) { client }) { line in
                for number in 0..<5 { try await line.put("orders/\(number)", relayBytes(3000)) }
                try await line.put("zebra", relayBytes(3000))
                try await line.flush()
                try await line.working {
                    try await line.wait(for: " verified -, cold sealed target", Self.states)
                    let waiting = try await line.pool.run { try $0.relayStatus() }.waiting
                    #expect(waiting.map(\.target) == ["cold"] && waiting.map(\.objects) == [5])
                    try await line.put("zoo", relayBytes(3000))
                    try await line.flush()
                    try await line.wait(for: " verified -,  verified -, cold sealed target", Self.states)
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                #expect(try await line.keys().filter { $0.hasPrefix("relay/2") }.count == 2)
                let direct = try await RelayLine.client(nil)
                let keys = try await direct.page(of: bucket).objects.map(\.key)
                #expect(keys.count == 1 && keys[0].hasPrefix("acme/orders/2"), "\(keys)")
                // What the target loses comes back to it, and nothing of it to the other.
                try await direct.delete(S3Object(bucket: bucket, key: keys[0]))
                let checks = try await line.verify()
                #expect(checks.filter { $0.problems == ["the target does not have it"] }.map(\.key) == keys)
                try await line.replay()
                try await line.working { try await line.waitUntilVerified() }
                #expect(try await line.verify().allSatisfy { $0.problems.isEmpty })
                #expect(try await line.keys().count == 2)
            }
        }
    }

    @Test("A target that is silent holds the workers of no other")
    func stall() async throws {
        let (_, bucket) = try await S3Store.swift.bucket()
        try await StoreProxy.with(to: try await S3Server.url(), .stall) { proxy in
            let client = try await RelayLine.client(proxy.url, stallTimeout: .seconds(300))
            try await Self.withTwoTargets(S3ArchiveStore(bucket: bucket) { client }) { line in
                // More than jobs of a queue run at once.
                for number in 0..<6 {
                    try await line.put("orders/\(number)", relayBytes(3000))
                    try await line.flush()
                }
                try await line.working {
                    let busy: Statement = "select count(*) from relay.windows where target = 'cold' and attempt > 0"
                    try await line.wait(for: "4", busy)
                    try await line.put("zebra", relayBytes(3000))
                    try await line.flush()
                    try await line.wait(
                        for: "verified 4",
                        """
                        select state || ' ' || (select count(*) from relay.windows where target = 'cold' and attempt = 1 and failed_at is null)
                        from relay.windows where target = ''
                        """)
                }
            }
        }
    }

    @Test("A target that is taken away leaves its windows waiting, and the others theirs; given again, it gets them")
    func removal() async throws {
        let folder = try TemporaryFolder()
        let store = FileArchiveStore(root: URL(fileURLWithPath: folder.path))
        try await Self.withTwoTargets(store) { line in
            var without = line
            without.targets = [:]
            try await line.put("orders/1", relayBytes(3000))
            try await line.put("zebra", relayBytes(3000))
            try await line.flush()
            try await without.working { try await line.wait(for: " verified -, cold packing -", Self.states) }
            // A job that came into the queue of all, as a process of before puts it there.
            try await line.pool.transaction {
                try $0.execute("update jobs.jobs set queue = 'relay' where queue = 'relay_cold'")
            }
            try await without.working { try await line.wait(for: " verified -, cold sealed target", Self.states) }
            let error = try await line.value("select last_error from relay.windows where target = 'cold'")
            #expect(error == "this process knows no such target: set CATALOG_RELAY_TARGET_COLD")
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            #expect(try await line.verify().map(\.problems) == [[], []])
            let checks = try await without.verify()
            #expect(checks.flatMap(\.problems).map { $0.contains("set CATALOG_RELAY_TARGET_COLD") } == [true])
        }
    }
}
