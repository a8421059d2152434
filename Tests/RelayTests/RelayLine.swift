import AWS
import Curl
import Foundation
import Jobs
import Logging
import PipelineSupport
import Postgres
import TestSupport

@testable import Intake
@testable import Relay
@testable import Storage

/// A relay from a bucket of moto to a bucket of Swift, with its worker in this process.
struct RelayLine: Sendable {
    struct Buckets: ObjectStores {
        let client: S3Client
        func store(bucket: String) -> any ObjectStore { S3ObjectStore(client: client, bucket: bucket) }
        func reports() -> any ObjectStore { store(bucket: "reports") }
    }

    let pool: Pool
    var source: S3Client
    let target: S3Client
    let inbox: String
    let archive: String
    /// Beside the target without a name.
    var targets: [String: any ArchiveStore] = [:]
    var settings: RelaySettings
    private let conninfo: String
    private let worker: WorkerBox

    private final class WorkerBox: Sendable {
        let connector: Connector
        init(_ conninfo: String) { connector = Connector(conninfo) }
    }

    /// - Parameter proxy: way to the target, as the relay goes it.
    static func with<Result>(
        through proxy: StoreProxy? = nil, source kind: S3Store = .moto,
        _ change: (inout RelaySettings) -> Void = { _ in },
        _ body: (RelayLine) async throws -> Result
    ) async throws -> Result {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 12)
            let (source, inbox) = try await kind.bucket()
            let (_, archive) = try await S3Store.swift.bucket()
            var settings = RelaySettings()
            settings.window = .seconds(3600)
            (settings.pause, settings.longestPause) = (.milliseconds(100), .milliseconds(200))
            change(&settings)
            try await pool.transaction { try $0.addRoute(Route(bucket: inbox, prefix: "", pipeline: "relay")) }
            let line = RelayLine(
                pool: pool, source: source, target: try await client(proxy?.url), inbox: inbox, archive: archive,
                settings: settings, conninfo: conninfo, worker: WorkerBox(conninfo))
            let result = try await body(line)
            await pool.close()
            return result
        }
    }

    /// Gives up soon: a test waits for it.
    static func client(_ url: String?, stallTimeout: Duration = .seconds(5)) async throws -> S3Client {
        var http = HTTPClient.Configuration()
        http.stallTimeout = stallTimeout
        var configuration = try await S3Store.swift.configuration(http: HTTPClient(http))
        if let url { configuration.endpoints[.s3] = try AWSEndpoint(url: url) }
        return S3Client(configuration, partSize: 5 << 30)
    }

    /// Puts an object and announces it.
    /// - Parameter size: what the event says of it; nil is the truth.
    func put(_ key: String, _ bytes: [UInt8], saying size: Int? = nil) async throws {
        try await announce(key, try await source.put(S3Object(bucket: inbox, key: key), bytes), size ?? bytes.count)
    }

    func announce(_ key: String, _ stored: S3Stored, _ size: Int) async throws {
        let event = ObjectEvent.make(
            bucket: inbox, key: key, versionID: stored.version, etag: stored.etag, byteCount: size)
        _ = try await pool.transaction { try $0.record(event, Pipelines([RelayIntake(window: settings.window)])) }
    }

    /// Ends the open window.
    func flush() async throws { _ = try await pool.transaction { try $0.flushRelay() } }

    /// Runs a worker while `body` runs.
    func working<Result>(_ body: () async throws -> Result) async throws -> Result {
        let stores = targets.merging(["": S3ArchiveStore(bucket: archive) { [target] in target }]) { $1 }
        let queues = stores.keys.map { (RelayJob.queue(of: $0), 4) } + [(RelayJob.bookkeeping, 2)]
        var configuration = JobWorkerConfiguration(concurrency: Dictionary(uniqueKeysWithValues: queues))
        configuration.claiming.pollInterval = .milliseconds(50)
        configuration.gracePeriod = .seconds(5)
        let resources = RelayResources(
            pool: pool, stores: Buckets(client: source), targets: stores, settings: settings)
        let worker = JobWorker(
            configuration, connector: worker.connector, handlers: resources.handlers,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await worker.run() }
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        running.cancel()
        try await running.value
        return try outcome.get()
    }

    func value(_ statement: Statement) async throws -> String? { try await pool.run { try $0.first(statement)?[0] } }

    /// Asks until the answer is the wanted one.
    func wait(
        for wanted: String, _ statement: Statement, file: StaticString = #fileID, line: UInt = #line
    ) async throws {
        try await eventually(within: .seconds(120), file: file, line: line) { try await value(statement) == wanted }
    }

    func waitUntilVerified() async throws {
        try await wait(for: "t", "select bool_and(state = 'verified') from relay.windows")
    }

    /// Checks every archive of the target, entry by entry.
    func checks() async throws -> [ArchiveCheck] {
        let connection = try await Connection.open(conninfo)
        let direct = try await Self.client(nil)
        let verifier = ArchiveVerifier(
            connection: connection, targets: ["": S3ArchiveStore(bucket: archive) { direct }])
        var checks: [ArchiveCheck] = []
        for key in try await keys() { checks += try await verifier.verify(nil, key: key) }
        await connection.close()
        return checks
    }

    /// Reads the archives of all windows back, as `catalog relay verify` does.
    func verify() async throws -> [ArchiveCheck] {
        let connection = try await Connection.open(conninfo)
        let direct = try await Self.client(nil)
        let known = targets.merging(["": S3ArchiveStore(bucket: archive) { direct }]) { $1 }
        let verifier = ArchiveVerifier(connection: connection, targets: known)
        var checks: [ArchiveCheck] = []
        for window in try await windows() { checks += try await verifier.verify(window, key: nil) }
        await connection.close()
        return checks
    }

    func windows() async throws -> [WindowTime] {
        try await pool.run { session in
            try session.query(
                "select (extract(epoch from opens_at) * 1000000)::bigint as t from relay.windows order by 1"
            ).map {
                WindowTime(microseconds: try $0.get("t"))
            }
        }
    }

    /// Delivers every window again that was done.
    func replay() async throws {
        _ = try await pool.transaction { session in
            try session.replayWindows(
                from: WindowTime("2020-01-01T00:00:00Z")!, through: WindowTime("2100-01-01T00:00:00Z")!)
        }
    }

    /// What lies in the target, asked past any proxy.
    func keys() async throws -> [String] {
        try await Self.client(nil).page(of: archive).objects.map(\.key)
    }
}
