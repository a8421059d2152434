import AWS
import Foundation
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Intake
@testable import Relay
@testable import Storage

/// Routes with a name: their windows, their archives, their trouble.
@Suite(.timeLimit(.minutes(6))) struct RelayRouteTests {
    private static let intake = RelayIntake(window: .seconds(3600))

    @Test("A route says name, window, size and compression, and what it says is kept as it is")
    func options() throws {
        let options = try Self.intake.options([
            "name": ["orders-2"], "window": ["300"], "archiveBytes": ["1048576"], "compression": ["small"],
        ])
        #expect(
            options.json == #"{"archiveBytes":1048576,"compression":"small","name":"orders-2","window":300}"#)
        #expect(try Self.intake.options([:]) == .none)
        let new = try options.decoded(as: RelayRoute.self).newWindow(length: .seconds(60))
        #expect(
            new
                == NewWindow(name: "orders-2", length: .seconds(300), archiveBytes: 1_048_576, compression: .small))
        #expect(
            try RouteOptions.none.decoded(as: RelayRoute.self).newWindow(length: .seconds(60))
                == NewWindow(length: .seconds(60)))
    }

    @Test(
        "What a route cannot have is refused by name",
        arguments: [
            ["name": ["2026"]], ["name": ["Orders"]], ["name": ["a/b"]], ["name": [""]],
            ["name": [String(repeating: "a", count: 64)]], ["name": ["ü"]], ["window": ["60"]],
            ["name": ["a"], "window": ["9"]], ["name": ["a"], "window": ["1h"]],
            ["name": ["a"], "archiveBytes": ["1"]],
            ["name": ["a"], "compression": ["xz"]], ["mode": ["create"]],
        ])
    func refusals(given: [String: [String]]) {
        #expect(throws: RouteOptionError.self) { try Self.intake.options(given) }
    }

    @Test("Routes with a name have windows of their own at the same moment, which keep what their route said")
    func windows() async throws {
        try await RelayWindowTests.withPool { pool in
            let options = try Self.intake.options(["name": ["orders"], "window": ["1800"], "compression": ["fast"]])
            try await pool.transaction {
                try $0.addRoute(Route(bucket: "inbox", prefix: "orders/", pipeline: "relay", options: options))
                try $0.addRoute(Route(bucket: "second", prefix: "", pipeline: "relay", options: options))
            }
            let objects = [
                ("inbox", "landing/a"), ("inbox", "orders/a"), ("second", "a"), ("inbox", "landing/b"),
                ("inbox", "orders/b"),
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (bucket, key) in objects {
                    group.addTask {
                        _ = try await pool.transaction {
                            try $0.record(.make(bucket: bucket, key: key, byteCount: 1), Pipelines([Self.intake]))
                        }
                    }
                }
                try await group.waitForAll()
            }
            // The next window of a name begins if its time ends meanwhile.
            let windows = try await pool.run { session in
                try session.query(
                    """
                    select distinct w.name || ' ' || coalesce(w.compression, '-') || ' '
                        || (select string_agg(m.bucket || '/' || m.object_key, ' ' order by m.bucket, m.object_key) from relay.members m
                            join relay.windows o on o.opens_at = m.window_at where o.name = w.name) as text
                    from relay.windows w order by 1
                    """
                ).map { try $0.get("text", as: String.self) }
            }
            #expect(
                windows == [" - inbox/landing/a inbox/landing/b", "orders fast inbox/orders/a inbox/orders/b second/a"])
            let bounds = try await pool.run { session in
                try session.first(
                    """
                    select bool_and(closes_at - opens_at <= '30 minutes' and extract(epoch from closes_at) % 1800 = 0)
                    from relay.windows where name = 'orders'
                    """)?[0]
            }
            #expect(bounds == "t")
            // What is said of a window names it.
            let (said, meant) = try await pool.transaction { session in
                try session.execute("update relay.members set state = 'gone', problem = 'it was deleted'")
                try session.execute("update relay.windows set missing_count = 1")
                let said = try session.missingObjects(of: nil, limit: 10).compactMap { WindowTime($0.window) }
                let meant = try session.query(
                    "select (extract(epoch from opens_at) * 1000000)::bigint as at from relay.windows"
                ).map { WindowTime(microseconds: try $0.get("at")) }
                return (Set(said), Set(meant))
            }
            #expect(said == meant)
            let error = await #expect(throws: PostgresError.self) {
                _ = try await pool.run {
                    try $0.execute(
                        "insert into relay.windows (opens_at, closes_at, name) select opens_at + interval '1 us', closes_at, name from relay.windows"
                    )
                }
            }
            #expect(error?.constraint == "windows_do_not_overlap")
        }
    }

    @Test("While a source fails, one window of its name at a time is tried, and those of other names go on")
    func dispatch() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(
                    """
                    insert into relay.windows (opens_at, closes_at, name, state, member_count, byte_count, sealed_at)
                    select at - interval '1 minute', at, name, 'sealed', 1, 1000, at
                    from unnest('{orders,orders,orders,"",""}'::text[]) with ordinality as w (name, number)
                    cross join lateral (select now() - (60 + number) * interval '1 minute' - number * interval '1 us') as t (at)
                    """)
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "name") == " 2, orders 3")
                let orders = try #require(try session.begin("orders", by: "name"))
                try session.execute(RelayWindow.fail(orders, waitsFor: "source", error: "403", pause: .zero))
            }
            try await connection.transaction { session in
                // Those that were handed out before step back, of this name alone.
                #expect(try session.begin("orders", by: "name") == nil && session.begin("orders", by: "name") == nil)
                #expect(try session.begin("", by: "name") != nil)
                try session.dispatchWindows()
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "name") == " 2, orders 1", "a probe")
                let probe = try #require(try session.begin("orders", by: "name"))
                try session.execute(RelayWindow.fail(probe, waitsFor: "source", error: "403", pause: .seconds(3600)))
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "name") == " 2")
                // Another name's source says nothing of this one.
                try session.execute(RelayWindow.endOutage(["source", "target"], of: .make()))
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "name") == " 2")
                try session.execute(RelayWindow.endOutage(["source", "target"], of: .make(name: "orders")))
                try session.dispatchWindows()
                #expect(try session.handedOut(by: "name") == " 2, orders 3")
            }
        }
    }

    @Test("A bucket that refuses everything keeps nobody waiting but the windows of its name; archives lie below it")
    func isolation() async throws {
        try await StoreProxy.with(to: try await MotoServer.url(), .forbid) { proxy in
            try await RelayLine.with { line in
                let options = try RelayIntake(window: line.settings.window).options([
                    "name": ["orders"], "compression": ["small"],
                ])
                try await line.pool.transaction { [line] in
                    try $0.addRoute(
                        Route(bucket: line.inbox, prefix: "orders/", pipeline: "relay", options: options))
                }
                for number in 0..<5 { try await line.put("orders/forbidden-\(number)", relayBytes(3000)) }
                try await line.put("zebra", relayBytes(3000))
                try await line.flush()
                var line = line
                var configuration = try await S3Store.moto.configuration()
                configuration.endpoints[.s3] = try AWSEndpoint(url: proxy.url)
                line.source = S3Client(configuration)
                let states: Statement =
                    "select string_agg(name || ' ' || state || ' ' || coalesce(waits_for, '-'), ', ' order by name) from relay.windows"
                try await line.working { [line] in
                    try await line.wait(for: " verified -, orders sealed source", states)
                    let waiting = try await line.pool.run { try $0.relayStatus() }.waiting
                    #expect(waiting.map(\.name) == ["orders"] && waiting.map(\.objects) == [5])
                    #expect(
                        waiting[0].waitsFor == "source" && waiting[0].lastError?.contains("403") == true, "\(waiting)")
                    try await line.put("zoo", relayBytes(3000))
                    try await line.flush()
                    try await line.wait(for: " verified -,  verified -, orders sealed source", states)
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                let keys = try await line.keys()
                #expect(keys.filter { $0.hasPrefix("relay/orders/2") }.count == 1 && keys.count == 3, "\(keys)")
                #expect(
                    try await line.value(
                        "select string_agg(engine_level::text, ' ' order by object_key) from relay.archives where object_key like 'relay/orders/%'"
                    ) == "10")
                #expect(try await line.checks().map(\.members).sorted() == [1, 1, 5])
            }
        }
    }

    @Test("An archive is as large as its route says, and no larger than the service says")
    func sizes() async throws {
        try await RelayLine.with({ $0.archiveBytes = 2 << 20 }) { line in
            for (name, bytes) in [("small", "1048576"), ("large", "5368709120")] {
                let options = try Self.intake.options(["name": [name], "archiveBytes": [bytes]])
                try await line.pool.transaction { [line] in
                    try $0.addRoute(Route(bucket: line.inbox, prefix: "\(name)/", pipeline: "relay", options: options))
                }
            }
            // Half of each is left.
            for prefix in ["", "small/", "large/"] {
                for number in 0..<6 {
                    try await line.put("\(prefix)\(number)", relayBytes(1_000_000, seed: UInt64(number)))
                }
            }
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            let parts = try await line.value(
                """
                select string_agg(name || ' ' || archives, ', ' order by name) from (
                    select w.name, count(*) as archives
                    from relay.archives a join relay.windows w on w.opens_at = a.window_at group by w.name) n
                """)
            #expect(parts == " 2, large 2, small 3")
        }
    }
}
