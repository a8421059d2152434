import Foundation
import Jobs
import Logging
import PipelineSupport
import Postgres
import TestSupport
import Testing
import Upkeep

@testable import Ingest
@testable import Intake
@testable import Storage

/// What has arrived is known for its time, in whichever partition its arrival lies.
@Suite(.timeLimit(.minutes(5))) struct ArrivalMemoryTests {
    private static let pipelines = Pipelines([OnboardIntake()])
    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let route = Route(bucket: "inbox", prefix: "uploads/", pipeline: "onboard")

    /// With a partition for each of the last days.
    private static func withPool(_ body: (Pool) async throws -> Void) async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 4)
            try await pool.transaction { try $0.addRoute(route) }
            let now = try await pool.run { try $0.databaseTime() }
            for day in [-5, -3, 0] {
                try await PartitionUpkeep(pool: pool, logger: quiet).run(now: now + Double(day) * 24 * 3600)
            }
            try await body(pool)
            await pool.close()
        }
    }

    /// As if what is known had arrived some days ago.
    private static func age(_ days: Int, _ pool: Pool) async throws {
        try await pool.run { session in
            for table in ["intake.object_events", "intake.seen_objects"] {
                try session.execute(
                    """
                    update \(raw: table) set received_at = received_at - \(days)::integer * interval '1 day',
                        occurred_at = occurred_at - \(days)::integer * interval '1 day'
                    """)
            }
        }
    }

    @Test("An object version that arrived days ago, in another partition, is seen; by the database itself, too")
    func midnight() async throws {
        try await Self.withPool { pool in
            _ = try await pool.transaction { try $0.record(.make(), Self.pipelines) }
            try await Self.age(2, pool)
            let partitions = try await pool.run { session in
                try session.query("select tableoid::regclass::text as name from intake.object_events")[0]
                    .get("name", as: String.self)
            }
            #expect(partitions.wholeMatch(of: /intake\.object_events_\d{4}_\d\d_\d\d/) != nil, "\(partitions)")
            #expect(try await pool.transaction { try $0.record(.make(), Self.pipelines) } == .seen)
            let error = await #expect(throws: PostgresError.self) {
                try await pool.run { session in
                    _ = try session.execute(
                        """
                        insert into intake.object_events (bucket, object_key, object_version, etag, source, pipeline, occurred_at)
                        select bucket, object_key, object_version, etag, source, pipeline, now() from intake.object_events
                        """)
                }
            }
            #expect(error?.constraint == "seen_objects_pkey")
        }
    }

    @Test("An arrival that was ignored is forgotten together with what is remembered of it, whatever its day")
    func ignored() async throws {
        try await Self.withPool { pool in
            let stray = ObjectEvent.make(key: "uploads/stray.csv")
            _ = try await pool.transaction { try $0.record(stray, Self.pipelines) }
            try await Self.age(1, pool)
            try await pool.transaction { try $0.forgetIgnored(stray) }
            let left = try await pool.run { session in
                try session.query(
                    "select (select count(*) from intake.object_events) + (select count(*) from intake.seen_objects) as n"
                )[0]
                .get("n", as: Int.self)
            }
            #expect(left == 0)
        }
    }

    private static func unannounced(_ key: String, daysAgo: Double, _ pool: Pool) async throws -> Bool {
        let info = ObjectInfo(
            key: key, size: 1, etag: "e1", version: nil, lastModified: Date(timeIntervalSinceNow: -daysAgo * 24 * 3600))
        return try await pool.run { try $0.unannounced([info], below: route) } == [key]
    }

    @Test("After its time an object version is forgotten, and the poller leaves alone what may be one of those")
    func forgotten() async throws {
        try await Self.withPool { pool in
            try await pool.run { session in
                _ = try session.execute(
                    "update intake.routes set accepts_from = now() - interval '1 year', created_at = now() - interval '1 year'"
                )
            }
            _ = try await pool.transaction { try $0.record(.make(key: "uploads/V1/old.csv"), Self.pipelines) }
            try await Self.age(40, pool)
            _ = try await pool.transaction { try $0.record(.make(key: "uploads/V1/new.csv"), Self.pipelines) }
            try await pool.run { session in
                try session.setArrivalLifetimes(["onboard": 41])
                #expect(try session.forgetArrivals(limit: 10) == 0)
                try session.setArrivalLifetimes(["onboard": 39])
                #expect(try session.forgetArrivals(limit: 10) == 1)
                #expect(try session.forgetArrivals(limit: 10) == 0)
            }
            #expect(try await !Self.unannounced("uploads/V1/old.csv", daysAgo: 41, pool))
            #expect(try await !Self.unannounced("uploads/V1/new.csv", daysAgo: 1, pool))
            #expect(try await Self.unannounced("uploads/V1/other.csv", daysAgo: 1, pool))
            // A route that was made since knows of none of them: its old objects are new.
            try await pool.run { _ = try $0.execute("update intake.routes set created_at = now()") }
            #expect(try await Self.unannounced("uploads/V1/older.csv", daysAgo: 100, pool))
        }
    }

    @Test("A day of arrivals is released when the last of its pipelines has forgotten it")
    func released() async throws {
        try await Self.withPool { pool in
            _ = try await pool.transaction { try $0.record(.make(), Self.pipelines) }
            try await Self.age(3, pool)
            let now = try await pool.run { try $0.databaseTime() }
            let untouched = try await pool.run { session in
                let table = try session.partitionedTables().first { $0.fullName == "intake.object_events" }!
                return try session.endedPartitions(of: table, RetentionSettings(), now: now + 60 * 24 * 3600).count
            }
            try await Self.age(91, pool)
            let ended = try await pool.run { session in
                let table = try session.partitionedTables().first { $0.fullName == "intake.object_events" }!
                return try session.endedPartitions(of: table, RetentionSettings(), now: now + 60 * 24 * 3600).count
            }
            #expect(ended == untouched + 1)
        }
    }
}
