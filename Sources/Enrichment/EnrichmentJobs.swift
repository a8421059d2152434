import Foundation
package import Jobs
import Logging
package import Postgres
package import Storage
package import Tabular
import Threads

/// What the jobs of enrichment work with; one for the process.
package final class EnrichmentResources: Sendable {
    let pool: Pool
    let stores: any ObjectStores
    /// Where results are.
    package let output: any ObjectStore
    let registry: ProviderRegistry
    let limiters: RateLimiters
    let endings: BatchEndings
    /// How much a list may be.
    package let limits: FileLimits
    /// Who is told of ends.
    package let callbacks: Callbacks
    /// For how long what is known of persons is kept; nil for ever.
    let retentionDays: Int?
    /// Requests under way: what their batches need of them does not change.
    private let requests = Locked<[String: EnrichmentRequest]>([:])

    /// - Parameters:
    ///   - pool: a job holds one of its connections for moments only.
    ///   - output: where results go.
    ///   - retentionDays: after the end of a request; nil keeps its records for ever.
    package init(
        pool: Pool, stores: any ObjectStores, output: any ObjectStore, registry: ProviderRegistry, limits: FileLimits,
        callbacks: Callbacks, retentionDays: Int?
    ) {
        self.pool = pool
        self.stores = stores
        self.output = output
        self.registry = registry
        self.limits = limits
        self.callbacks = callbacks
        self.retentionDays = retentionDays
        limiters = RateLimiters(pool: pool)
        endings = BatchEndings(pool: pool)
    }

    /// All handlers of enrichment.
    package var handlers: [any JobHandler] {
        [
            SplitJob(resources: self), BatchJob(resources: self), OutputJob(resources: self),
            CallbackJob(resources: self), EnrichmentUpkeepJob(pool: pool, retentionDays: retentionDays),
            EndingsJob(pool: pool),
        ]
    }

    /// What workers enqueue by themselves.
    package static let periodic = [
        PeriodicJob(NewJob(queue: EnrichmentStep.queue, kind: EnrichmentStep.upkeep, priority: 4), everySeconds: 3600),
        PeriodicJob(NewJob(queue: EnrichmentStep.queue, kind: EnrichmentStep.endings, priority: 4), everySeconds: 60),
    ]

    /// Reads a result.
    /// - Parameter receive: as `ObjectStore.get` takes it.
    package func result(
        _ key: String, receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        try await output.get(key, version: nil, etag: nil, receive: receive)
    }

    /// Whether a result is where its request says.
    package func hasResult(_ request: EnrichmentRequest) async throws -> Bool {
        guard request.hasOutput else { return true }
        return try await output.head(request.outputKey) != nil
    }

    /// A request that has been split.
    /// - Throws: `JobError.permanent` if it is gone.
    func request(_ requestID: String) async throws -> EnrichmentRequest {
        // Of one that is asked again all is new.
        if let known = requests.withLock({ $0[requestID] }), known.freshSince == nil { return known }
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
            guard try session.first(EnrichmentRequest.begin(requestID, job)) != nil else { return nil }
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
            try job.enrichment().request_id,
            EnrichmentFailure("The input could not be read: \(error). Upload it again, or run catalog enrich retry."))
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
        try session.failBatch(payload.request_id, payload.batch_no ?? 0, attempt: job.attempt, error: error)
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
                let (file, counts) = try ResultWriter(request).write(session)
                return WrittenResult(file: file, counts: counts, revision: try session.revision(of: requestID))
            }
        }
        let key = try await place(of: request)
        try await resources.output.put(key, contentsOf: written.file)
        let status = try await resources.pool.transaction { session in
            // Waits for a batch that is just being counted: it found this job alive and enqueued no other.
            let row = try session.first(
                EnrichmentRequest.complete(requestID, written.counts, revision: written.revision))
            try session.finish(job)
            if try row?.get("had_output") == false { try session.announceEnd(of: requestID) }
            // One that came meanwhile may have been overwritten.
            if key == request.outputKey,
                let newer = try session.first(EnrichmentRequest.selectNewer(than: requestID, written: true))
            {
                try session.enqueue(EnrichmentStep.output(newer.get("request_id"), in: newer.get("queue")))
            }
            if row == nil { try session.enqueue(EnrichmentStep.output(requestID, in: job.queue)) }
            return try row?.get("status", as: String.self)
        }
        guard let status else { return .finishedByHandler }
        logger.info(
            "enrichment.finished",
            metadata: ["status": "\(status)", "key": "\(key)"])
        return .finishedByHandler
    }

    /// Where the result goes: the newest list of a name has the place, the result of an older one has its id for a name.
    private func place(of request: EnrichmentRequest) async throws -> String {
        let (requestID, format, isCompressed) = (request.requestID, request.format, request.isCompressed)
        return try await resources.pool.transaction { session in
            guard let known = try session.enrichment(requestID) else { return request.outputKey }
            guard try session.first(EnrichmentRequest.selectNewer(than: requestID, written: false)) != nil else {
                return known.outputKey
            }
            let key = "enhanced/\(requestID).\(format.rawValue)\(isCompressed ? ".gz" : "")"
            try session.execute(EnrichmentRequest.moveOutput(requestID, to: key))
            return key
        }
    }

    /// What was found out stays in the database: a retry writes it.
    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        try session.failEnrichment(try job.enrichment().request_id, Self.failure(error))
    }

    static func failure(_ error: String) -> EnrichmentFailure {
        EnrichmentFailure("The result could not be written: \(error). Nothing is lost: run catalog enrich retry.")
    }
}

/// Hands a file from the connection's thread to its reader.
private struct WrittenResult: Sendable {
    let file: TemporaryFile
    let counts: RecordCounts
    let revision: Int
}

extension Session {
    fileprivate func revision(of requestID: String) throws -> Int {
        try query(EnrichmentRequest.selectRevision(requestID))[0].get("revision")
    }
}
