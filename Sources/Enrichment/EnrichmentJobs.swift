import Foundation
package import Jobs
import Logging
package import Postgres
package import Storage
package import Tabular
import Threads

/// The steps of a request, each a job: split → a batch for every 100 records → output.
enum EnrichmentStep {
    static let queue = "enrich"
    static let split = "enrich.split"
    static let batch = "enrich.batch"
    static let output = "enrich.output"
    static let upkeep = "enrich.upkeep"

    static func split(_ requestID: String) -> NewJob {
        NewJob(queue: queue, kind: split, payload: payload(requestID), priority: 1, uniqueKey: "\(split):\(requestID)")
    }

    static func batch(_ requestID: String, number: Int) -> NewJob {
        NewJob(queue: queue, kind: batch, payload: payload(requestID, number), priority: 3, maxAttempts: 8)
    }

    /// Before all batches: its file is waited for.
    static func output(_ requestID: String) -> NewJob {
        NewJob(
            queue: queue, kind: output, payload: payload(requestID), priority: 1, uniqueKey: "\(output):\(requestID)")
    }

    private static func payload(_ requestID: String, _ number: Int? = nil) -> String {
        let batch = number.map { ",\"batch_no\":\($0)" } ?? ""
        return "{\"request_id\":\"\(requestID)\"\(batch)}"
    }
}

/// As it stands in `jobs.jobs`.
private struct EnrichmentPayload: Decodable {
    var request_id: String
    var batch_no: Int?
}

extension Job {
    /// - Throws: `JobError.permanent`: such a job was not made by us.
    fileprivate func enrichment() throws -> EnrichmentPayload {
        do {
            return try JSONDecoder().decode(EnrichmentPayload.self, from: Data(payload.utf8))
        } catch {
            throw JobError.permanent(reason: "the payload lacks request_id")
        }
    }
}

/// What the jobs of enrichment work with; one for the process.
package final class EnrichmentResources: Sendable {
    let pool: Pool
    let stores: any ObjectStores
    /// Where results are.
    package let output: any ObjectStore
    let registry: ProviderRegistry
    let limiters: RateLimiters
    /// How much a list may be.
    package let limits: FileLimits
    /// Requests under way: what their batches need of them does not change.
    private let requests = Locked<[String: EnrichmentRequest]>([:])

    /// - Parameters:
    ///   - pool: at least as many connections as jobs run at once.
    ///   - output: where results go.
    package init(
        pool: Pool, stores: any ObjectStores, output: any ObjectStore, registry: ProviderRegistry, limits: FileLimits
    ) {
        self.pool = pool
        self.stores = stores
        self.output = output
        self.registry = registry
        self.limits = limits
        limiters = RateLimiters(pool: pool)
    }

    /// All handlers of enrichment.
    package var handlers: [any JobHandler] {
        [
            SplitJob(resources: self), BatchJob(resources: self), OutputJob(resources: self),
            EnrichmentUpkeepJob(pool: pool),
        ]
    }

    /// What workers enqueue by themselves.
    package static let periodic = [
        PeriodicJob(NewJob(queue: EnrichmentStep.queue, kind: EnrichmentStep.upkeep, priority: 4), everySeconds: 3600)
    ]

    /// Reads a result.
    /// - Parameter receive: as `ObjectStore.get` takes it.
    package func result(
        _ key: String, receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        try await output.get(key, version: nil, etag: nil, receive: receive)
    }

    /// A request that has been split.
    /// - Throws: `JobError.permanent` if it is gone.
    func request(_ requestID: String) async throws -> EnrichmentRequest {
        if let known = requests.withLock({ $0[requestID] }) { return known }
        guard let request = try await pool.run({ try $0.enrichment(requestID) }), request.plan != nil else {
            throw JobError.permanent(reason: "request \(requestID) no longer exists")
        }
        requests.withLock { requests in
            // A handful are under way at a time; the rest are over.
            if requests.count >= 50 { requests = [:] }
            requests[requestID] = request
        }
        return request
    }
}

/// Fetches the object of a request, stores its records and makes the batches.
struct SplitJob: JobHandler {
    let kind = EnrichmentStep.split
    let resources: EnrichmentResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let requestID = try job.enrichment().request_id
        let request = try await resources.pool.run { session -> EnrichmentRequest? in
            guard try session.first(EnrichmentRequest.begin(requestID)) != nil else { return nil }
            return try session.enrichment(requestID)
        }
        guard let request, let object = request.object else { return .finished }
        let pipeline = EnrichmentPipeline(resources: resources)
        do {
            let spool = try await ContactSpool.fetch(
                object, of: resources, limits: resources.limits, encoding: request.options.encoding)
            let count = try await pipeline.split(request, spool) { try $0.finish(job) }
            logger.info("enrichment.split", metadata: ["records": .stringConvertible(count)])
        } catch let failure as EnrichmentFailure {
            try await resources.pool.transaction { session in
                try session.failEnrichment(requestID, failure)
                try session.finish(job)
            }
            logger.warning(
                "enrichment.failed", metadata: ["reason": "\(failure.description)"])
        }
        return .finishedByHandler
    }

    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        try session.failEnrichment(
            try job.enrichment().request_id, EnrichmentFailure("The input could not be read. Upload it again."))
    }
}

/// Enriches 100 records.
struct BatchJob: JobHandler {
    let kind = EnrichmentStep.batch
    let resources: EnrichmentResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let payload = try job.enrichment()
        let request = try await resources.request(payload.request_id)
        guard let plan = request.plan else { return .finished }
        var batch = BatchRun(
            job: job, request: request, plan: plan, number: payload.batch_no ?? 0, resources: resources)
        try await batch.run()
        return .finishedByHandler
    }

    /// Its records stay in the output, with the error.
    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        let payload = try job.enrichment()
        let row = try session.first(
            BatchQueries.fail(payload.request_id, batch: payload.batch_no ?? 0, attempt: job.attempt, error: error))
        guard let former = try row?.get("state", as: String.self) else { return }
        try session.countBatch(payload.request_id, processed: 0, failed: former == "failed" ? 0 : 1)
    }
}

/// Writes the result into the bucket.
struct OutputJob: JobHandler {
    let kind = EnrichmentStep.output
    let resources: EnrichmentResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let requestID = try job.enrichment().request_id
        let request = try await resources.request(requestID)
        let written = try await resources.pool.withConnection { connection in
            try await connection.transaction(.readOnlySnapshot) { session in
                WrittenResult(
                    file: try ResultWriter(request).write(session), revision: try session.revision(of: requestID))
            }
        }
        try await resources.output.put(request.outputKey, contentsOf: written.file)
        let status = try await resources.pool.transaction { session in
            // Waits for a batch that is just being counted: it found this job alive and enqueued no other.
            let row = try session.first(EnrichmentRequest.complete(requestID, revision: written.revision))
            try session.finish(job)
            if row == nil { try session.enqueue(EnrichmentStep.output(requestID)) }
            return try row?.get("status", as: String.self)
        }
        guard let status else { return .finishedByHandler }
        logger.info(
            "enrichment.finished",
            metadata: ["status": "\(status)", "key": "\(request.outputKey)"])
        return .finishedByHandler
    }
}

/// Hands a file from the connection's thread to its reader.
private struct WrittenResult: Sendable {
    let file: TemporaryFile
    let revision: Int
}

extension Session {
    fileprivate func revision(of requestID: String) throws -> Int {
        try query(EnrichmentRequest.selectRevision(requestID))[0].get("revision")
    }
}
