import Foundation
import Jobs
import Postgres
import TestSupport
import Testing

@testable import Relay

/// Which windows are worked on when, and by whom.
@Suite(.timeLimit(.minutes(1))) struct RelayDispatchTests {
    /// Windows of a minute each, sealed, that ended so many minutes ago; their members are one more, and tell them apart
    /// whatever the clock says later.
    private static func withWindows<Result>(
        _ minutesAgo: [Int], _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(
                    """
                    insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, sealed_at)
                    select at - interval '1 minute', at, 'sealed', ago.minutes + 1, 1000, at
                    from unnest(\(minutesAgo)::integer[]) as ago (minutes)
                    cross join lateral (select date_trunc('minute', now()) - ago.minutes * interval '1 minute') as t (at)
                    """)
            }
            return try await body(connection)
        }
    }

    private static func jobs(_ session: Session) throws -> String {
        try session.first(
            """
            select coalesce(string_agg(priority || ':' || member_count - 1, ' ' order by priority, run_at, job_id), '') as jobs
            from jobs.jobs
            join relay.windows on opens_at = (payload ->> 'window')::timestamptz
            where kind = 'relay.pack'
            """)!.get("jobs")
    }

    private static func begin(_ session: Session, _ minutesAgo: Int) throws -> RelayWindow? {
        let row = try session.first(
            """
            select (extract(epoch from opens_at) * 1000000)::bigint as at from relay.windows
            where member_count = \(minutesAgo)::integer + 1
            """)!
        return try session.beginWindow(WindowTime(microseconds: row.get("at")))
    }

    @Test("A window that failed is handed out at its own time, whatever other windows wait for")
    func ownTimes() async throws {
        try await Self.withWindows([30, 20]) { connection in
            try await connection.transaction { try $0.dispatchWindows() }
            try await connection.transaction { session in
                for (minutes, pause) in [(30, Duration.seconds(3600)), (20, .zero)] {
                    let window = try #require(try Self.begin(session, minutes))
                    try session.giveUpWindow(window.opensAt, attempts: 10, error: "its worker died", pause: pause)
                }
                let due = try session.first(
                    "select count(*) as jobs from jobs.jobs where kind = 'relay.dispatch' and run_at <= clock_timestamp()"
                )
                #expect(try due?.get("jobs") == 1)
            }
        }
    }

    @Test("New windows go first, the backlog behind them, oldest first")
    func order() async throws {
        try await Self.withWindows([50, 0, 70, 60, 10]) { connection in
            try await connection.transaction { session in
                try session.dispatchWindows()
                let jobs = try Self.jobs(session)
                #expect(jobs == "2:0 3:70 3:60 3:50 3:10")
            }
        }
    }

    @Test("While a store fails, one window at a time is tried, each in its turn; what was handed out before steps back")
    func outage() async throws {
        try await Self.withWindows([30, 20, 10]) { connection in
            try await connection.transaction { try $0.dispatchWindows() }
            try await connection.transaction { session in
                let window = try #require(try Self.begin(session, 30))
                try session.execute(
                    RelayWindow.fail(window, waitsFor: "target", error: "refused", pause: .zero))
                try session.execute("delete from jobs.jobs")
            }
            try await connection.transaction { session in
                // Handed out before the failure.
                #expect(try Self.begin(session, 20) == nil && Self.begin(session, 10) == nil)
                try session.dispatchWindows()
                #expect(try Self.jobs(session) == "3:20")
                try session.dispatchWindows()
                #expect(try Self.jobs(session) == "3:20")
            }
            try await connection.transaction { session in
                let window = try #require(try Self.begin(session, 20))
                try session.execute(
                    RelayWindow.fail(window, waitsFor: "target", error: "refused", pause: .seconds(3600)))
                try session.execute("delete from jobs.jobs")
                try session.dispatchWindows()
                #expect(try Self.jobs(session) == "")
                // An operator does not wait.
                _ = try session.flushRelay()
                #expect(try Self.jobs(session) == "3:10")
            }
            try await connection.transaction { session in
                #expect(try Self.begin(session, 10) != nil)
                try session.execute(RelayWindow.endOutage(["source", "target"], of: .make()))
                try session.dispatchWindows()
                #expect(try Self.jobs(session) == "3:10 3:30 3:20")
            }
        }
    }

    @Test("Who lost a window cannot write; a window whose job was deleted is handed out again")
    func fence() async throws {
        try await Self.withWindows([5]) { connection in
            try await connection.transaction { try $0.dispatchWindows() }
            let first = try await connection.transaction { try Self.begin($0, 5) }
            let second = try await connection.transaction { try Self.begin($0, 5) }
            #expect(first?.attempt == 1 && second?.attempt == 2)
            await #expect(throws: WindowLost.self) {
                try await connection.transaction { try $0.hold(try #require(first)) }
            }
            try await connection.transaction { session in
                try session.hold(try #require(second))
                #expect(try session.execute(RelayWindow.putBackOrphans) == 0)
                try session.execute("delete from jobs.jobs")
                #expect(try session.execute(RelayWindow.putBackOrphans) == 1)
                try session.dispatchWindows()
                #expect(try Self.jobs(session) == "3:5")
            }
        }
    }

    @Test("A window whose workers die again and again waits half a minute, and an alert says so until it is done")
    func deaths() async throws {
        try await Self.withWindows([5]) { connection in
            try await connection.transaction { session in
                try session.dispatchWindows()
                let window = try #require(try Self.begin(session, 5))
                try session.execute("delete from jobs.jobs")
                try session.giveUpWindow(window.opensAt, attempts: 10, error: "its worker died")
                #expect(try session.relayStatus().alerts.map(\.kind) == ["deaths"])
                let wait = try session.first(
                    """
                    select extract(epoch from w.retry_at - clock_timestamp())::float8 as window,
                        extract(epoch from j.run_at - clock_timestamp())::float8 as dispatch
                    from relay.windows w, jobs.jobs j where j.kind = 'relay.dispatch'
                    """)
                let (retrySeconds, dispatchSeconds): (Double, Double) = try (wait!.get("window"), wait!.get("dispatch"))
                #expect((25...30).contains(retrySeconds) && (25...30).contains(dispatchSeconds))
                try session.execute(RelayAlert.clearDeaths(window.opensAt))
                #expect(try session.relayStatus().alerts.isEmpty)
            }
        }
    }

    @Test("Of a backlog some windows are handed out at a time, and new ones beside them")
    func backlog() async throws {
        try await Self.withWindows(Array(0..<200)) { connection in
            try await connection.transaction { session in
                try session.dispatchWindows()
                let first = try Self.jobs(session).split(separator: " ")
                #expect(first.prefix(2) == ["2:1", "2:0"] || first.prefix(1) == ["2:0"], "\(first)")
                #expect(first.filter { $0.hasPrefix("3:") }.first == "3:199")
                #expect((RelayWindow.mostHandedOut...RelayWindow.mostHandedOut + 2).contains(first.count))
                try session.dispatchWindows()
                #expect(try Self.jobs(session).split(separator: " ") == first, "no more while those wait")
                try session.execute(
                    """
                    update relay.windows set state = 'verified', delivered_at = now(), verified_at = now()
                    where opens_at in (select opens_at from relay.windows order by opens_at limit \(first.count - 63)::integer)
                    """)
                try session.execute("delete from jobs.jobs")
                try session.dispatchWindows()
                #expect(try Self.jobs(session).split(separator: " ").filter { $0.hasPrefix("3:") }.count == 1)
            }
        }
    }

    @Test("Windows that nobody takes are an alert; a paused queue says so itself")
    func untaken() async throws {
        try await Self.withWindows([1, 2]) { connection in
            try await connection.transaction { session in
                try session.dispatchWindows()
                #expect(try session.updateAlerts(RelaySettings()).raised.isEmpty, "they were handed out just now")
                try session.execute("update jobs.jobs set run_at = run_at - interval '2 minutes'")
                let raised = try session.updateAlerts(RelaySettings()).raised
                #expect(raised.map(\.0) == ["workers"] && raised[0].1.contains("CATALOG_RELAY_TARGET"))
                try session.pauseQueue("relay")
                _ = try session.updateAlerts(RelaySettings())
                try session.execute(
                    """
                    update jobs.jobs set state = 'running', lease_until = now() + interval '1 minute', worker_id = 'w'
                    where job_id = (select min(job_id) from jobs.jobs where queue = 'relay')
                    """)
                #expect(try session.updateAlerts(RelaySettings()).cleared == ["workers"])
            }
        }
    }

    @Test("The status tells how fast objects come and go, and when nothing will wait any more")
    func pace() async throws {
        try await Self.withWindows([5, 10, 20]) { connection in
            try await connection.transaction { session in
                try session.execute("update relay.windows set member_count = 1200")
                #expect(try session.relayStatus().pace.secondsLeft == nil, "nothing is delivered")
                try session.execute(
                    """
                    update relay.windows set state = 'verified', delivered_at = now(), verified_at = now()
                    where opens_at = (select min(opens_at) from relay.windows)
                    """)
                let pace = try session.relayStatus().pace
                // 3,600 objects within 21 to 22 minutes; 1,200 done within ten.
                #expect((2.6...2.9).contains(pace.arrivingPerSecond) && pace.deliveredPerSecond == 2)
                #expect(pace.waiting == 2400 && pace.secondsLeft == nil)
                #expect(
                    RelayStatus.Pace(arriving: 1, delivered: 3, waiting: 600).secondsLeft == 300)
            }
        }
    }

    @Test("Alerts are raised once and cleared when they are no longer true")
    func alerts() async throws {
        try await Self.withWindows(Array(0..<70)) { connection in
            try await connection.transaction { session in
                let settings = RelaySettings()
                #expect(try session.updateAlerts(settings).raised.map(\.0) == ["backlog", "age"])
                #expect(try session.updateAlerts(settings).raised.isEmpty)
                let status = try session.relayStatus()
                #expect(status.alerts.map(\.kind).sorted() == ["age", "backlog"])
                #expect(status.states.first { $0.state == "sealed" }?.windows == 70)
                try session.execute(
                    "update relay.windows set state = 'verified', delivered_at = now(), verified_at = now()")
                #expect(try session.updateAlerts(settings).cleared == ["backlog", "age"])
                #expect(try session.relayStatus().alerts.isEmpty)
            }
        }
    }
}
