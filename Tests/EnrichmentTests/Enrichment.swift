import Curl
import Foundation
import Jobs
import Logging
import PipelineSupport
import Postgres
import TestSupport

@testable import Enrichment
@testable import Intake
@testable import Storage
@testable import Tabular

/// A database, a folder of objects and what enriches, without a process of its own.
struct Enrichment: Sendable {
    let conninfo: String
    let pool: Pool
    let folder: TemporaryFolder
    let resources: EnrichmentResources

    var pipeline: EnrichmentPipeline { EnrichmentPipeline(resources: resources) }
    var output: FileObjectStore { FileObjectStore(root: URL(fileURLWithPath: folder.file("reports"))) }

    /// - Parameter providers: made before `body`.
    static func with<Result>(
        _ providers: [ProviderRow] = [.mock()], limits: FileLimits = FileLimits(),
        _ body: (Enrichment) async throws -> Result
    ) async throws -> Result {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 14)
            let folder = try TemporaryFolder()
            let enrichment = Enrichment(
                conninfo: conninfo, pool: pool, folder: folder, resources: try resources(pool, folder, limits))
            try await pool.transaction { session in for provider in providers { try session.saveProvider(provider) } }
            let result = try await body(enrichment)
            await pool.close()
            return result
        }
    }

    private static func resources(
        _ pool: Pool, _ folder: TemporaryFolder, _ limits: FileLimits, retentionDays: Int? = nil
    ) throws -> EnrichmentResources {
        let files = FolderStores(root: URL(fileURLWithPath: folder.path))
        let secret: SecretReader = { id, _ in
            try String(contentsOfFile: String(id.dropFirst("file:".count)), encoding: .utf8)
        }
        let factory = ProviderFactory(ProviderResources(http: HTTPClient(), pool: pool, secret: secret))
        let callbacks = Callbacks(
            secretID: "file:\(folder.file("callback-key"))", trustedHosts: ["127.0.0.1"],
            publicURL: "https://catalog.example", http: HTTPClient(), secret: secret)
        return EnrichmentResources(
            pool: pool, stores: files, output: try files.reports(),
            registry: ProviderRegistry(pool: pool, factory: factory), limits: limits, callbacks: callbacks,
            retentionDays: retentionDays)
    }

    /// The same as another process sees it, which has read no provider before.
    func anew(retentionDays: Int? = nil) throws -> Enrichment {
        Enrichment(
            conninfo: conninfo, pool: pool, folder: folder,
            resources: try Self.resources(pool, folder, resources.limits, retentionDays: retentionDays))
    }

    /// Makes a request of a text.
    /// - Returns: its id.
    func request(
        _ text: String, providers: [String] = ["mock"], groups: [FieldGroup]? = [.contact], format: OutputFormat = .csv,
        isCompressed: Bool = false, minimumConfidence: Double = 0, reusing: Bool = false, refresh: Bool = false,
        required: [String]? = nil
    ) async throws -> EnrichmentPipeline.Outcome {
        let spool = try ContactSpool.read(TextSource(text), limits: FileLimits())
        let options = EnrichmentOptions(
            providers: providers, groups: groups, minimumConfidence: minimumConfidence, refresh: refresh,
            required: required)
        let new = NewEnrichment(source: .api, options: options, format: format, isCompressed: isCompressed)
        return try await pipeline.create(new, spool, reusing: reusing)
    }

    /// Lists below a prefix are enriched.
    func route(_ prefix: String, _ bucket: String = "in") async throws {
        try await pool.transaction {
            try $0.addRoute(
                Route(
                    bucket: bucket, prefix: prefix, pipeline: "enrich",
                    options: RouteOptions(EnrichmentIntake.Options(providers: ["mock"]))))
        }
    }

    /// Puts a list of so many contacts into a bucket and announces it.
    /// - Returns: its request.
    func drop(_ key: String, _ count: Int, into bucket: String = "in") async throws -> String {
        let store = try resources.stores.store(bucket: bucket)
        let path = try folder.write(Self.contacts(count), to: "staged")
        try await store.put(key, contentsOf: path)
        guard let info = try await store.head(key) else { throw EnrichmentFailure("\(key) is not there") }
        let outcome = try await pool.transaction {
            try $0.record(.make(bucket: bucket, key: key, etag: info.etag), Pipelines([EnrichmentIntake()]))
        }
        guard let id = outcome.id("request_id") else { throw EnrichmentFailure("\(outcome)") }
        return id
    }

    /// Makes dead jobs ready again.
    func retry() async throws { _ = try await pool.transaction { try $0.retryDeadJobs(DeadJobFilter()) } }

    /// Runs workers until a request is over, or until it is so.
    func finish(
        _ requestID: String, as status: EnrichmentStatus? = nil, workers: Int = 1
    ) async throws -> EnrichmentRequest {
        try await working(workers) {
            try await eventually(within: .seconds(120)) {
                let request = try await pool.run { try $0.enrichment(requestID) }
                guard let request, status.map({ $0 == request.status }) ?? request.isOver else { return nil }
                return request
            }
        }
    }

    /// Makes a request, does it and reads its output.
    func run(
        _ text: String, providers: [String] = ["mock"], groups: [FieldGroup]? = [.contact], format: OutputFormat = .csv,
        isCompressed: Bool = false, minimumConfidence: Double = 0, workers: Int = 1, refresh: Bool = false,
        required: [String]? = nil
    ) async throws -> (request: EnrichmentRequest, output: String) {
        guard
            case .created(let requestID) = try await request(
                text, providers: providers, groups: groups, format: format, isCompressed: isCompressed,
                minimumConfidence: minimumConfidence, refresh: refresh,
                required: required)
        else { throw EnrichmentFailure("it was made before") }
        let request = try await finish(requestID, workers: workers)
        return (request, try String(contentsOfFile: output.path(of: request.outputKey), encoding: .utf8))
    }

    func working<Result: Sendable>(_ count: Int = 1, _ body: () async throws -> Result) async throws -> Result {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let workers = (0..<count).map { _ in
            var configuration = JobWorkerConfiguration(concurrency: ["enrich": 4])
            configuration.backoff = Backoff(base: .milliseconds(20), cap: .milliseconds(200))
            configuration.claiming.pollInterval = .milliseconds(100)
            return JobWorker(
                configuration, connector: Connector(conninfo), handlers: resources.handlers, logger: logger)
        }
        let tasks = workers.map { worker in Task { try await worker.run() } }
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        for task in tasks { task.cancel() }
        for task in tasks { try await task.value }
        return try outcome.get()
    }

    func value(_ statement: Statement) async throws -> String? { try await pool.run { try $0.first(statement)?[0] } }

    /// A list of so many contacts.
    static func contacts(_ count: Int, prefix: String = "p") -> String {
        "first_name,last_name,company,email\n"
            + (0..<count).map { "F\($0),L\($0),Company \($0),\(prefix)\($0)@example.com\n" }.joined()
    }
}

extension ProviderRow {
    static func mock(
        _ name: String = "mock", _ settings: String = "{}", limits: ProviderLimits = .init(), concurrency: Int = 64
    ) -> ProviderRow {
        ProviderRow(name: name, kind: "mock", settings: settings, maximumConcurrency: concurrency, limits: limits)
    }
}

/// A text as an input.
final class TextSource: ByteSource {
    private var rest: [UInt8]
    let byteCount: Int?

    init(_ text: String) {
        rest = Array(text.utf8)
        byteCount = rest.count
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = min(buffer.count, rest.count)
        buffer.copyBytes(from: rest.prefix(count))
        rest.removeFirst(count)
        return count
    }
}
