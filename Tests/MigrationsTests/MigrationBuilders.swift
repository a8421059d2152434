import Foundation
import Postgres

@testable import Migrations

extension MigrationSet {
    /// Files `0001_step_1.sql` and so on with these texts; those that can be undone drop the table `step_N`.
    static func make(_ scripts: [String], undoable: Set<Int> = []) throws -> MigrationSet {
        let files = scripts.enumerated().flatMap { index, sql in
            let version = index + 1
            let label = MigrationFileName.label(version: version, name: "step_\(version)")
            let down = undoable.contains(version) ? [("\(label).down.sql", "drop table step_\(version)")] : []
            return [("\(label).sql", sql)] + down
        }
        return try MigrationSet(files: files)
    }

    /// Each file makes the table `step_N`, and fails when that is there already.
    static func tables(_ count: Int) throws -> MigrationSet {
        try make((1...count).map { "create table step_\($0) (n int)" }, undoable: Set(1...count))
    }
}

extension AppliedMigration {
    static func make(
        _ migration: Migration, name: String? = nil, checksum: String? = nil, worksWith: Int? = nil
    ) -> AppliedMigration {
        AppliedMigration(
            version: migration.version, name: name ?? migration.name, checksum: checksum ?? migration.checksum,
            appliedAt: "2024-12-21 10:30:45+00", appliedBy: "catalog_owner", appliedWith: "1.2.3", duration: 12,
            isBaseline: false, worksWith: worksWith ?? migration.worksWith)
    }
}

extension MigratorSettings {
    /// Short pauses, so that tests do not wait for them.
    static var quick: MigratorSettings {
        var settings = MigratorSettings()
        settings.pollInterval = .milliseconds(5)
        settings.shortestPause = .milliseconds(5)
        settings.longestPause = .milliseconds(20)
        return settings
    }
}

/// The events of one migrator, as they happen.
final class Events: Sendable {
    let report: @Sendable (MigrationEvent) -> Void
    private let stream: AsyncStream<MigrationEvent>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: MigrationEvent.self)
        self.stream = stream
        report = { continuation.yield($0) }
    }

    /// Waits for an event; one waiter for each `Events`.
    func wait(for matches: (MigrationEvent) -> Bool) async {
        for await event in stream where matches(event) { return }
    }
}

/// Keeps a statement's locks in an open transaction of a session of its own while `body` runs, or until it says `release`.
func holding<R: Sendable>(
    _ sql: String, _ conninfo: String, _ body: (_ release: @escaping @Sendable () -> Void) async throws -> R
) async throws -> R {
    let connection = try await Connection.open(conninfo)
    let released = DispatchSemaphore(value: 0)
    let (held, continuation) = AsyncStream.makeStream(of: Void.self)
    // The connection's own thread waits, none of the cooperative pool.
    let holder = Task {
        defer { continuation.finish() }
        try await connection.transaction { session in
            try session.executeScript(sql)
            continuation.yield()
            released.wait()
        }
    }
    for await _ in held { break }
    let outcome: Result<R, any Error>
    do {
        outcome = .success(try await body { released.signal() })
    } catch {
        outcome = .failure(error)
    }
    released.signal()
    try await holder.value
    await connection.close()
    return try outcome.get()
}

/// The first column of the rows that a statement answers.
func ask(_ sql: String, _ conninfo: String) async throws -> [String] {
    try await Connection.open(conninfo).closing { connection in
        try await connection.run { try $0.query("\(raw: sql)").map { $0[0] ?? "NULL" } }
    }
}

/// The names of the tables that the synthetic files have made.
func tables(_ conninfo: String) async throws -> [String] {
    try await ask("select tablename from pg_tables where schemaname = 'public' order by 1", conninfo)
}
