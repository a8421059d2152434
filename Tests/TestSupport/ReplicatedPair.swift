import Foundation
import Postgres

/// A primary and a standby that replays what it writes, and a text that names both.
package struct ReplicatedPair: Sendable {
    private let primary: TestServer
    private let standby: TestServer

    /// Both hosts and nothing of which one is meant.
    package var conninfo: String {
        "host=\(primary.folder),\(standby.folder) port=5432,5432 user=postgres dbname=postgres"
    }

    /// The server that is promoted.
    package var survivor: String { standby.conninfo(database: "postgres") }

    /// Runs `body` with a pair of its own.
    package static func with<Result>(_ body: (ReplicatedPair) async throws -> Result) async throws -> Result {
        let name = UUID().uuidString.prefix(8)
        let primary = try await TestServer.start(
            programs: TestCluster.programs, folder: TestServer.folder("-primary-\(name)"))
        let standby = try await primary.startStandby(
            programs: TestCluster.programs, folder: TestServer.folder("-standby-\(name)"))
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(ReplicatedPair(primary: primary, standby: standby)))
        } catch {
            outcome = .failure(error)
        }
        try? primary.thaw()  // it may have ended
        primary.discard()
        standby.discard()
        return try outcome.get()
    }

    /// Waits until the standby has all that was committed.
    package func waitUntilReplicated() async throws {
        let connection = try await Connection.open(primary.conninfo(database: "postgres"))
        let end = try await connection.run { try $0.query("select pg_current_wal_lsn()::text")[0][0] ?? "" }
        try await eventually {
            try await connection.run { session in
                try session.first("select from pg_stat_replication where replay_lsn >= \(end)::pg_lsn") != nil
            }
        }
        await connection.close()
    }

    /// The primary hangs, and its standby takes over.
    package func hangAndFailOver() async throws {
        try primary.freeze()
        try await standby.promote(programs: TestCluster.programs)
    }

    /// The standby ends.
    package func stopStandby() async throws { try await standby.stop(programs: TestCluster.programs) }

    /// The primary ends in good order, and its standby takes over.
    package func switchOver() async throws {
        try await primary.stop(programs: TestCluster.programs)
        try await standby.promote(programs: TestCluster.programs)
    }
}
