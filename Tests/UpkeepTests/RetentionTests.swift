import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@testable import Upkeep

@Suite(.timeLimit(.minutes(5))) struct RetentionTests {
    private struct Shelf {
        let partitions: Partitions
        let store: FileObjectStore
        let folder: TemporaryFolder
        let retention: Retention

        /// Other tables have partitions of that time, too.
        func run(now: String) async throws -> [Release] {
            try await retention.run(now: .at(now)).filter { $0.table == "catalog.validation_errors" }
        }

        func restore(_ id: Int, days: Int = 30) async throws -> Int {
            try await Restore(pool: partitions.pool, store: store).run(id, days: days)
        }

        var rows: String {
            get async throws { try await partitions.value("select count(*) from catalog.validation_errors") }
        }

        func text(of key: String) async throws -> String {
            let outcome = try await Subprocess.run("/usr/bin/env", ["gunzip", "-c", "\(folder.path)/\(key)"])
            #expect(outcome.status == 0, "\(outcome.error)")
            return outcome.output
        }
    }

    /// Errors of January and March 2024, kept for 90 days.
    private static func with(_ body: (Shelf) async throws -> Void) async throws {
        try await Partitions.with { partitions in
            try await partitions.keep(now: "2024-01-15")
            try await partitions.insert("2024-01-15T10:00:00Z", row: 1)
            try await partitions.insert("2024-01-16T10:00:00Z", row: 2)
            try await partitions.insert("2024-03-16T10:00:00Z", row: 3)
            let folder = try TemporaryFolder()
            let store = FileObjectStore(root: URL(fileURLWithPath: folder.path))
            let retention = Retention(
                pool: partitions.pool, store: store,
                settings: RetentionSettings(keepDays: ["catalog.validation_errors": 90]), logger: partitions.logger)
            try await body(Shelf(partitions: partitions, store: store, folder: folder, retention: retention))
        }
    }

    @Test("A partition is released 90 days after its end, not a day earlier, and is in the store with its checksum")
    func released() async throws {
        try await Self.with { shelf in
            #expect(try await shelf.run(now: "2024-04-30") == [])
            let released = try await shelf.run(now: "2024-05-02")
            let release = try #require(released.first)
            #expect(released.count == 1 && release.from == nil && release.until == "2024-02-01T00:00:00.000Z")
            #expect(try await shelf.rows == "1")
            let kept = try #require(try await shelf.partitions.pool.run { try $0.release(release.id) })
            let key = try #require(kept.key)
            #expect(key.hasPrefix("retention/catalog.validation_errors/begin_2024-02-01-"))
            #expect(kept.state == .released && kept.rows == 2)
            let sum = try await Subprocess.run("/usr/bin/env", ["sha256sum", "\(shelf.folder.path)/\(key)"])
            #expect(sum.output.hasPrefix(kept.sha256 ?? "none"))
            let lines = try await shelf.text(of: key).split(separator: "\n")
            #expect(lines.count == 3 && lines[0].hasPrefix("error_id,upload_id,row_number"))
            #expect(try await shelf.run(now: "2024-05-02") == [])
        }
    }

    @Test("A released partition comes back with the same rows, under the same policies, and leaves again")
    func restored() async throws {
        try await Self.with { shelf in
            let before = try await shelf.partitions.value(
                "select md5(string_agg(e::text, ' ' order by error_id)) from catalog.validation_errors e")
            let id = try #require(try await shelf.run(now: "2024-05-02").first).id
            #expect(try await shelf.restore(id) == 2)
            #expect(
                try await shelf.partitions.value(
                    "select md5(string_agg(e::text, ' ' order by error_id)) from catalog.validation_errors e") == before
            )
            let seen = try await shelf.partitions.pool.transaction { session in
                try session.execute("set local role catalog_vendor")
                try session.execute("set local catalog.vendor_id = 'V1'")
                return try session.query("select count(*) from audit.upload_errors")[0][0]
            }
            #expect(seen == "3")
            await #expect(throws: RestoreRefused.isHere(id, .restored)) { try await shelf.restore(id) }
            // It stays its 30 days, which are counted from today.
            #expect(try await shelf.run(now: "2024-05-02") == [])
            try await shelf.partitions.pool.run {
                _ = try $0.execute(
                    "update retention.released_partitions set restored_until = '2024-05-01' where state = 'restored'")
            }
            #expect(try await shelf.run(now: "2024-05-02").map(\.id) == [id])
            #expect(try await shelf.rows == "1")
            #expect(try await shelf.restore(id, days: 1) == 2)
        }
    }

    @Test("A release that was cut off goes on: before the export, while it is detached, and where somebody dropped it")
    func cutOff() async throws {
        try await Self.with { shelf in
            let partitions = shelf.partitions
            try await partitions.pool.run { session in
                try session.execute(
                    """
                    insert into retention.released_partitions (table_schema, table_name, partition_name, from_at, until_at)
                    select table_schema, table_name, partition_name, from_at, until_at from retention.partitions
                    where table_name = 'validation_errors' and until_at <= '2024-04-01'
                    """)
                // One is detached, and no copy of it was made; another is gone.
                try session.execute(
                    "alter table catalog.validation_errors detach partition catalog.validation_errors_2024_03")
                try session.execute("drop table catalog.validation_errors_2024_02")
            }
            #expect(try await shelf.run(now: "2024-01-15").count == 3)
            let rows = try await partitions.value(
                "select string_agg(state || ' ' || coalesce(row_count::text, '-'), ', ' order by until_at) from retention.released_partitions"
            )
            #expect(rows == "released 2, released -, released 1")
        }
    }

    @Test("Rows that came after the export are exported, too, before anything is dropped")
    func lateRows() async throws {
        try await Self.with { shelf in
            let partitions = shelf.partitions
            let export = PartitionExport(pool: partitions.pool, store: shelf.store)
            try await partitions.pool.run { session in
                _ = try session.execute(
                    """
                    insert into retention.released_partitions (table_schema, table_name, partition_name, from_at, until_at)
                    select table_schema, table_name, partition_name, from_at, until_at from retention.partitions
                    where table_name = 'validation_errors' and until_at <= '2024-02-01'
                    """)
            }
            let (release, table) = try await partitions.pool.run { session in
                let table = try session.partitionedTables().first { $0.name == "validation_errors" }!
                return (try session.leavingReleases()[0], table)
            }
            let first = try await export.run(table, release) {}
            try await partitions.pool.run { _ = try $0.execute(Release.recordExport(release.id, first)) }
            try await partitions.insert("2024-01-20", row: 9)
            #expect(try await shelf.run(now: "2024-01-15").count == 1)
            let kept = try #require(try await partitions.pool.run { try $0.release(release.id) })
            #expect(first.rows == 2 && kept.rows == 3 && kept.key != first.key)
            #expect(try await shelf.text(of: kept.key ?? "").contains("2024-01-20"))
        }
    }

    @Test("A store that refuses keeps the partition where it is; a damaged file is not brought back")
    func store() async throws {
        try await Self.with { shelf in
            let blocked = try shelf.folder.write("", to: "retention")
            await #expect(throws: (any Error).self) { _ = try await shelf.run(now: "2024-05-02") }
            #expect(try await shelf.rows == "3")
            try FileManager.default.removeItem(atPath: blocked)
            let id = try #require(try await shelf.run(now: "2024-05-02").first).id
            let key = try #require(try await shelf.partitions.pool.run { try $0.release(id)?.key })
            try Data("other".utf8).write(to: URL(fileURLWithPath: "\(shelf.folder.path)/\(key)"))
            await #expect(throws: RestoreRefused.isDamaged(key: key)) { try await shelf.restore(id) }
            #expect(try await shelf.rows == "1")
        }
    }

    @Test("A day of the relay with a window that is not verified stays; others are dropped without a copy")
    func members() async throws {
        try await Partitions.with { partitions in
            try await partitions.keep(now: "2024-01-01")
            try await partitions.keep(now: "2024-01-04")
            try await partitions.pool.run { session in
                _ = try session.execute(
                    "insert into relay.windows (opens_at, closes_at) values ('2024-01-03 12:00+00', '2024-01-03 12:01+00')"
                )
            }
            let folder = try TemporaryFolder()
            let retention = Retention(
                pool: partitions.pool, store: FileObjectStore(root: URL(fileURLWithPath: folder.path)),
                settings: RetentionSettings(keepDays: ["relay.members": 4]), logger: partitions.logger)
            let released = try await retention.run(now: .at("2024-01-10"))
            #expect(released.map { $0.until.prefix(10) } == ["2024-01-03", "2024-01-05", "2024-01-06"])
            #expect(released.allSatisfy { $0.key == nil })
            await #expect(throws: RestoreRefused.hasNoCopy(released[0].id)) {
                try await Restore(
                    pool: partitions.pool, store: FileObjectStore(root: URL(fileURLWithPath: folder.path))
                ).run(released[0].id, days: 1)
            }
        }
    }

    @Test("No setting keeps a table shorter than its minimum")
    func minimum() {
        let settings = RetentionSettings(keepDays: ["catalog.validation_errors": 1])
        #expect(settings.keepDays(of: .make()) == 90)
        #expect(RetentionSettings().keepDays(of: .make()) == nil)
    }
}
