import Foundation
import Postgres
import TestSupport
import Testing

/// A primary, and a standby that answers what may be some seconds old.
@Suite(.timeLimit(.minutes(5))) struct ReadReplicaTests {
    private static let bound = Duration.seconds(20)

    /// A service that reads from the standby, and the process that serves.
    private static func serving(
        _ body: (ReplicatedPair, APIEnvironment, Subprocess) async throws -> Void
    ) async throws {
        try await ReplicatedPair.with { pair in
            let catalog = CatalogBinary(conninfo: pair.conninfo, folder: try TemporaryFolder())
            try await catalog.succeed("migrate", "up")
            let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
            let settings = [
                "CATALOG_HTTP_ADDRESS": address, "CATALOG_READ_DATABASE_URL": pair.survivor,
                "CATALOG_READ_LAG_SECONDS": "\(bound.components.seconds)",
            ]
            try await ServiceEnvironment.with(catalog, vendors: ["V001", "V002"], settings) { service in
                let api = try await APIEnvironment(service, at: address)
                let process = try service.start("serve", "--roles", "api,worker")
                let outcome: Result<Void, any Error>
                do {
                    try await api.waitUntilReady()
                    outcome = .success(try await body(pair, api, process))
                } catch {
                    outcome = .failure(error)
                }
                process.signal(SIGTERM)
                let end = try await process.wait()
                try outcome.get()
                #expect(end.status == 0, "\(end.error.suffix(2000))")
            }
        }
    }

    private static func skus(_ api: APIEnvironment) async throws -> Bool {
        try await api.call("GET", "/products?q=name&limit=50", as: "operator").text.contains("late-sku-1")
    }

    @Test(
        "Lists come from the standby while it is within its bound, from the primary beyond it, then from the standby again"
    )
    func lag() async throws {
        try await Self.serving { pair, api, process in
            try await api.upload("early")
            try await pair.waitUntilReplicated()
            try await eventually { process.outputSoFar.contains("\"reads.replica.used\"") }
            let standby = try await Connection.open(pair.survivor)
            try await standby.run { _ = try $0.query("select pg_wal_replay_pause()") }
            let paused = ContinuousClock.now
            let upload = try await api.upload("late")
            // What a caller waits for comes from the primary at once.
            #expect(try await api.call("GET", "/uploads/\(upload)")["status"] == "partial")
            let isStale = try await !Self.skus(api)
            if ContinuousClock.now - paused < Self.bound { #expect(isStale, "the standby answers") }
            // Beyond the bound the primary does, although the standby still would.
            try await eventually(within: .seconds(60)) { try await Self.skus(api) }
            // Its age counts from the last look before it was paused.
            #expect(ContinuousClock.now - paused >= Self.bound - .seconds(5))
            try await eventually { process.outputSoFar.contains("\"reads.replica.behind\"") }
            try await standby.run { _ = try $0.query("select pg_wal_replay_resume()") }
            try await eventually(within: .seconds(60)) {
                process.outputSoFar.components(separatedBy: "\"reads.replica.used\"").count >= 3
            }
            #expect(try await Self.skus(api))
            await standby.close()
        }
    }

    @Test("A standby that goes away is no error for anybody: the primary answers")
    func away() async throws {
        try await Self.serving { pair, api, process in
            try await api.upload("late")
            try await pair.waitUntilReplicated()
            try await eventually { process.outputSoFar.contains("\"reads.replica.used\"") }
            try await pair.stopStandby()
            for _ in 0..<20 { #expect(try await Self.skus(api)) }
        }
    }
}
