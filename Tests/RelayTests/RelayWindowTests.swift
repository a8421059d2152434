import Foundation
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Intake
@testable import Relay

/// Which window an arrival gets into, and when windows end.
@Suite(.timeLimit(.minutes(1))) struct RelayWindowTests {
    static func withPool<Result>(_ body: (Pool) async throws -> Result) async throws -> Result {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 12)
            try await pool.transaction {
                try $0.addRoute(Route(bucket: "inbox", prefix: "landing/", pipeline: "relay"))
            }
            return try await pool.closing(after: body)
        }
    }

    private static func value(_ statement: Statement, _ pool: Pool) async throws -> String? {
        try await pool.run { try $0.first(statement)?[0] }
    }

    @Test("Arrivals of any order, five times each, are in one window each once; a job ends it")
    func arrivals() async throws {
        try await Self.withPool { pool in
            let keys = (0..<40).map { "landing/\($0)" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for key in (0..<5).flatMap({ _ in keys.shuffled() }) {
                    group.addTask {
                        _ = try await pool.transaction {
                            try $0.record(
                                .make(key: key, byteCount: 7), Pipelines([RelayIntake(window: .seconds(3600))]))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let members = try await Self.value(
                "select count(*) || ' ' || count(distinct object_key) from relay.members", pool)
            #expect(members == "40 40")
            // One, or two if an hour has just ended.
            let windows = try await Self.value(
                """
                select count(*) = (select count(distinct date_trunc('hour', arrived_at)) from relay.members)
                    and bool_and(state = 'open' and closes_at - opens_at = '1 hour' and opens_at = date_trunc('hour', opens_at))
                from relay.windows
                """, pool)
            #expect(windows == "t")
            let jobs = try await Self.value(
                """
                select count(*) = (select count(*) from relay.windows) and bool_and(kind = 'relay.seal' and exists (
                    select from relay.windows w where j.run_at between w.closes_at and w.closes_at + interval '1 second'))
                from jobs.jobs j
                """, pool)
            #expect(jobs == "t")
            // The upload's column stays empty, and the event is seen.
            let events = try await Self.value(
                "select count(*) || ' ' || count(upload_id) || ' ' || count(ignored_because) from intake.object_events",
                pool)
            #expect(events == "40 0 0")
        }
    }

    @Test("A window is sealed after the arrivals under way, and counts them; the next one begins where it ended")
    func sealing() async throws {
        try await Self.withPool { pool in
            _ = try await pool.transaction {
                try $0.record(
                    .make(key: "landing/first", byteCount: 2), Pipelines([RelayIntake(window: .seconds(3600))]))
            }
            // An arrival that is not committed before the gate opens.
            let gate = try await Connection.open(try await Self.conninfo(pool))
            try await gate.run { _ = try $0.query("select pg_advisory_lock(4711)") }
            async let late = pool.transaction { session in
                _ = try session.record(
                    .make(key: "landing/late", byteCount: 5), Pipelines([RelayIntake(window: .seconds(3600))]))
                try session.execute("select pg_advisory_xact_lock(4711)")
            }
            try await Self.waitForLocks(1, pool)
            async let sealed = pool.transaction { try $0.sealWindows(closing: true) }
            try await Self.waitForLocks(2, pool)
            await gate.close()
            try await late
            let windows = try await sealed
            #expect(windows.count == 1)
            #expect(
                try await Self.value(
                    "select state || ' ' || member_count || ' ' || byte_count from relay.windows", pool)
                    == "sealed 2 7")
            _ = try await pool.transaction {
                try $0.record(.make(key: "landing/next"), Pipelines([RelayIntake(window: .seconds(3600))]))
            }
            let next = try await Self.value(
                """
                select string_agg(state, ' ' order by opens_at) || ' ' || (min(closes_at) = max(opens_at)) from relay.windows
                """, pool)
            #expect(next == "sealed open true")
        }
    }

    /// Until so many sessions wait for somebody.
    private static func waitForLocks(_ count: Int, _ pool: Pool) async throws {
        let waiting: Statement = """
            select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
            """
        try await eventually { try await value(waiting, pool) == "\(count)" }
    }

    private static func conninfo(_ pool: Pool) async throws -> String {
        let database = try await value("select current_database()", pool)
        return try await TestCluster.conninfo(database: database ?? "")
    }

    @Test("Windows end by themselves, and hundreds of arrivals meanwhile are each in one of them")
    func endings() async throws {
        try await Self.withPool { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        _ = try await pool.transaction {
                            try $0.record(
                                .make(key: "landing/\(number)", byteCount: 1),
                                Pipelines([RelayIntake(window: .milliseconds(50))]))
                        }
                        if number % 10 == 0 { try await pool.transaction { _ = try $0.sealWindows() } }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually {
                try await pool.transaction { _ = try $0.sealWindows() }
                return try await Self.value("select count(*) from relay.windows where state = 'open'", pool) == "0"
            }
            let sums = try await Self.value(
                """
                select count(*) > 1 and sum(member_count) = 400 and sum(byte_count) = 400
                    and bool_and(member_count = (select count(*) from relay.members m where m.window_at = w.opens_at))
                from relay.windows w
                """, pool)
            #expect(sums == "t")
        }
    }

    @Test("Windows do not overlap, members are dropped by days, and never one of a window that is not verified")
    func retention() async throws {
        try await Self.withPool { pool in
            try await pool.transaction { session in
                try session.execute("drop table relay.members_rest")
                for day in ["2024-01-01", "2024-01-02", "2024-01-03"] {
                    try session.execute(
                        """
                        create table relay.\(identifier: "members_of_" + day) partition of relay.members
                        for values from (\(raw: "'\(day)'")) to (\(raw: "timestamptz '\(day)' + interval '1 day'"))
                        """)
                    try session.execute(
                        """
                        insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, sealed_at, delivered_at, verified_at)
                        values (\(day)::timestamptz, \(day)::timestamptz + interval '1 minute', 'verified', 1, 1, now(), now(), now())
                        """)
                    try session.execute(
                        """
                        insert into relay.members (window_at, bucket, object_key, object_version, etag)
                        values (\(day)::timestamptz, 'b', 'k', 'v', 'v')
                        """)
                }
                try session.execute(
                    "update relay.windows set state = 'sealed', delivered_at = null, verified_at = null where opens_at = '2024-01-02'"
                )
            }
            let dropped = try await pool.run { session -> [String] in
                try session.query("select relay.drop_member_partitions('4 days') as name").map { try $0.get("name") }
            }
            #expect(dropped == ["members_of_2024-01-01", "members_of_2024-01-03"])
            #expect(try await Self.value("select min(window_at)::date::text from relay.members", pool) == "2024-01-02")
            await #expect(throws: PostgresError.self) {
                try await pool.run { _ = try $0.query("select relay.drop_member_partitions('3 days')") }
            }
            let error = await #expect(throws: PostgresError.self) {
                try await pool.run {
                    _ = try $0.execute(
                        """
                        insert into relay.windows (opens_at, closes_at)
                        values ('2024-01-01 00:00:00.5+00', '2024-01-01 00:01:00+00'), ('2024-01-01 00:00:30+00', '2024-01-01 00:01:30+00')
                        """)
                }
            }
            #expect(error?.constraint == "windows_do_not_overlap")
        }
    }

    @Test("More data than the bound, or an older window, raises an alert")
    func alerts() {
        let settings = RelaySettings()
        #expect(RelayBacklog(windows: 60, seconds: 3600, ageSeconds: 900).alerts(settings).isEmpty)
        #expect(
            RelayBacklog(windows: 61, seconds: 3660, ageSeconds: 900).alerts(settings).keys.sorted {
                $0.rawValue < $1.rawValue
            } == [.backlog])
        #expect(RelayBacklog(windows: 1, seconds: 60, ageSeconds: 901).alerts(settings).keys.map { $0 } == [.age])
    }
}
