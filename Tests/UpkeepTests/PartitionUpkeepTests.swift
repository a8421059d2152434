import Foundation
import Postgres
import TestSupport
import Testing

@testable import Upkeep

@Suite(.timeLimit(.minutes(10))) struct PartitionUpkeepTests {
    @Test("Rows that come before there are partitions are kept, and partitions are made around them")
    func before() async throws {
        try await Partitions.with { partitions in
            try await partitions.insert("2023-06-01")
            try await partitions.insert("2024-01-15")
            try await partitions.keep(now: "2024-01-20")
            #expect(
                try await partitions.line() == [
                    "..2024-02-01", "2024-02-01..2024-03-01", "2024-03-01..2024-04-01", "2024-04-01..2024-05-01",
                    "2024-05-01..",
                ])
            try await partitions.insert("2024-01-31")
            try await partitions.insert("2031-01-01")
            #expect(try await partitions.value("select count(*) from catalog.validation_errors") == "4")
            // The row of a clock that was wrong becomes part of a long partition; the rest is empty again.
            try await partitions.keep(now: "2024-01-21")
            #expect(try await partitions.line().suffix(2) == ["2024-05-01..2031-02-01", "2031-02-01.."])
            #expect(try await partitions.value("select count(*) from catalog.validation_errors") == "4")
        }
    }

    @Test("A year goes by on a server that has analysed its catalogs, and every moment has its partition ahead of time")
    func year() async throws {
        try await Partitions.with { partitions in
            let start = Date.at("2026-11-26")
            for day in stride(from: 0, through: 366, by: 3) {
                let now = start + Double(day) * 24 * 3600
                try await partitions.keep(now: now.sqlText)
                if day % 30 == 0 {
                    try await partitions.pool.run { try $0.executeScript("analyze pg_class; analyze pg_inherits") }
                }
                try await partitions.insert(now.sqlText, row: day + 1)
            }
            let line = try await partitions.line()
            #expect(line.count == 17 && line.first == "..2026-12-01" && line.last == "2028-03-01..", "\(line)")
            #expect(zip(line, line.dropFirst()).allSatisfy { $0.suffix(10) == $1.prefix(10) })
            #expect(try await partitions.value("select count(*) from only catalog.validation_errors_rest") == "0")
            let days = try await partitions.line(of: "relay.members")
            #expect(days.count == 370 && days.last == "2027-12-01..", "\(days.suffix(5))")
            #expect(try await partitions.value("select count(*) from relay.drop_member_partitions('10 years')") == "0")
            let orphans = try await partitions.value(
                """
                select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('catalog', 'relay') and c.relkind = 'r' and c.relname ~ '^(validation_errors|members)_'
                  and not c.relispartition
                """)
            #expect(orphans == "0")
        }
    }

    /// While a transaction that has read the table goes on, as that of a long report does.
    private static func whileReading(_ partitions: Partitions, _ body: () async throws -> Void) async throws {
        let (end, started) = (DispatchSemaphore(value: 0), AsyncStream.makeStream(of: Void.self))
        let reader = Task {
            defer { started.continuation.finish() }
            let connection = try await Connection.open(partitions.conninfo)
            try await connection.transaction { session in
                _ = try session.query("select count(*) from catalog.validation_errors")
                started.continuation.yield()
                // On the connection's own thread.
                end.wait()
            }
            await connection.close()
        }
        for await _ in started.stream { break }
        do {
            try await body()
        } catch {
            end.signal()
            throw error
        }
        end.signal()
        try await reader.value
    }

    /// Waits until the upkeep waits for the reader.
    private static func waitingBackend(_ partitions: Partitions) async throws -> Int {
        try await eventually {
            try await partitions.pool.run { session in
                try session.first(
                    """
                    select pid from pg_stat_activity
                    where datname = current_database() and query like 'alter table%detach%' and wait_event_type = 'Lock'
                    """)?.get("pid", as: Int.self)
            }
        }
    }

    @Test("While a long reader holds the table the upkeep waits, and nobody waits for the upkeep")
    func longReader() async throws {
        try await Partitions.with { partitions in
            try await partitions.keep(now: "2024-01-15")
            var upkeep: Task<Void, any Error>?
            try await Self.whileReading(partitions) {
                upkeep = Task { try await partitions.keep(now: "2024-02-15") }
                _ = try await Self.waitingBackend(partitions)
                // If the upkeep held or wanted a lock that stops others, these would wait for the reader, too.
                try await partitions.pool.transaction { session in
                    try session.execute("set local lock_timeout = '2s'")
                    try session.execute(Partitions.insert("2024-02-15"))
                    _ = try session.query("select count(*) from catalog.validation_errors")
                }
            }
            try await upkeep?.value
            #expect(try await partitions.line().suffix(2) == ["2024-05-01..2024-06-01", "2024-06-01.."])
        }
    }

    @Test("An upkeep that is killed while it waits is taken up by the next one")
    func killed() async throws {
        try await Partitions.with { partitions in
            try await partitions.keep(now: "2024-01-15")
            try await Self.whileReading(partitions) {
                let upkeep = Task { try await partitions.keep(now: "2024-02-15") }
                let pid = try await Self.waitingBackend(partitions)
                _ = try await partitions.value("select pg_terminate_backend(\(pid)::integer)")
                await #expect(throws: PostgresError.self) { try await upkeep.value }
            }
            #expect(
                try await partitions.value("select count(*) from retention.partitions where is_detaching") == "1")
            try await partitions.insert("2024-02-15")
            try await partitions.keep(now: "2024-02-15")
            #expect(try await partitions.line().suffix(2) == ["2024-05-01..2024-06-01", "2024-06-01.."])
        }
    }

    @Test("The timeline of uploads refuses every change, in partitions that the upkeep made and by their names, too")
    func appendOnly() async throws {
        try await Partitions.with { partitions in
            let now = try await partitions.pool.run { try $0.databaseTime() }
            try await partitions.pool.run {
                _ = try $0.execute("insert into catalog.upload_events (upload_id, event) values ('U1', 'before')")
            }
            try await partitions.keep(now: now.sqlText)
            try await partitions.pool.run { session in
                _ = try session.execute(
                    "insert into catalog.upload_events (upload_id, event, at) values ('U1', 'after', now() + interval '70 days')"
                )
            }
            let names = try await partitions.pool.run { session in
                try session.query("select partition_name from retention.partitions where table_name = 'upload_events'")
                    .map { try $0.get("partition_name", as: String.self) }
            }
            #expect(names.count > 4)
            for name in names + ["upload_events"] {
                for statement: Statement in [
                    "truncate catalog.\(identifier: name)", "update catalog.\(identifier: name) set event = 'x'",
                    "delete from catalog.\(identifier: name)",
                ] {
                    let isEmpty = try await partitions.value("select count(*) from catalog.\(identifier: name)") == "0"
                    if isEmpty, !statement.sql.hasPrefix("truncate") { continue }
                    let error = await #expect(throws: PostgresError.self, "\(statement)") {
                        try await partitions.pool.run { _ = try $0.execute(statement) }
                    }
                    #expect(error?.sqlState == "23001", "\(statement)")
                }
            }
            let events = try await partitions.value(
                "select string_agg(event, ' ' order by event_id) from catalog.upload_events")
            #expect(events == "before after")
        }
    }

    @Test("Foreign keys, policies, indexes and owners hold on partitions that the upkeep made")
    func guarded() async throws {
        try await Partitions.with { partitions in
            try await partitions.keep(now: "2024-01-15")
            try await partitions.insert("2024-03-15", upload: "U1")
            try await partitions.insert("2024-03-15", upload: "U2")
            let error = await #expect(throws: PostgresError.self) {
                try await partitions.insert("2024-03-16", upload: "no such upload")
            }
            #expect(error?.constraint == "validation_errors_upload_exists")
            let seen = try await partitions.pool.transaction { session in
                try session.execute("set local role catalog_vendor")
                try session.execute("set local catalog.vendor_id = 'V1'")
                return try session.query("select string_agg(upload_id, ' ') from catalog.validation_errors")[0][0]
            }
            #expect(seen == "U1")
            let strange = try await partitions.value(
                """
                select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'catalog.validation_errors'::regclass
                  and (pg_get_userbyid(c.relowner) <> 'catalog_owner' or c.relacl is not null
                    or (select count(*) from pg_index x where x.indrelid = c.oid) <> 3)
                """)
            #expect(strange == "0")
        }
    }
}
