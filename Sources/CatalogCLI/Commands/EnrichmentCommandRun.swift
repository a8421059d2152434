import ArgumentParser
import Enrichment
import Foundation
import Jobs
import Logging
import Postgres
import Storage

/// Enriches one local file: makes the request, does its jobs in this process, and those of no other, and fetches the result.
struct EnrichmentCommandRun: Sendable {
    let composition: Composition
    let pool: Pool
    let resources: EnrichmentResources
    let showsProgress: Bool
    let concurrency: Int

    /// Runs `body` until it ends or is interrupted, and prints what became of the request.
    static func run(
        concurrency: Int, json: Bool,
        _ body: @escaping @Sendable (EnrichmentCommandRun) async throws -> EnrichmentSummary
    ) async throws {
        let summary = try await with(concurrency: concurrency, showsProgress: !json, body)
        if json { try JSONOutput.print(summary) } else { print(summary.rendered(Style())) }
        if summary.status != .completed { throw ExitCode(summary.status == .partial ? 2 : 3) }
    }

    /// Runs `body` until it ends or is interrupted.
    static func with<Result: Sendable>(
        concurrency: Int, showsProgress: Bool,
        _ body: @escaping @Sendable (EnrichmentCommandRun) async throws -> Result
    ) async throws -> Result {
        let composition = try Composition()
        composition.sweepFolders()
        try await composition.connect().close()
        // A batch needs a connection only for moments: more of them would cost the server processes, and nobody waits less.
        let pool = Pool(
            composition.database.connector, maximum: min(concurrency, 8) + 4, application: "catalog-enrich")
        return try await pool.closing { pool in
            let run = EnrichmentCommandRun(
                composition: composition, pool: pool, resources: try composition.enrichment(pool),
                showsProgress: showsProgress, concurrency: concurrency)
            return try await Interruption.cancelling(Task { try await body(run) })
        }
    }

    /// What a list would cost at most.
    func estimate(_ source: LocalFile, _ options: EnrichmentOptions) async throws -> EnrichmentEstimate {
        try await addUnconfiguredProviders(options.providers)
        do {
            let spool = try ContactSpool.read(source, limits: composition.settings.limits, encoding: options.encoding)
            return try await EnrichmentPipeline(resources: resources).estimate(options, spool)
        } catch let failure as EnrichmentFailure {
            throw CommandFailure(failure.description, code: 3)
        }
    }

    func enrich(_ source: LocalFile, _ new: NewEnrichment, to path: String) async throws -> EnrichmentSummary {
        let started = ContinuousClock.now
        // Nothing is paid for that cannot be written.
        _ = try Self.staged(path)
        try await addUnconfiguredProviders(new.options.providers)
        let bar = ProgressBar(label: new.fileName ?? "", isShown: showsProgress)
        defer { bar.finish() }
        bar.update("reading", done: nil, rows: 0)
        do {
            let spool = try ContactSpool.read(
                source, limits: composition.settings.limits, encoding: new.options.encoding)
            _ = try await EnrichmentPipeline(resources: resources).create(new, spool, reusing: false)
        } catch let failure as EnrichmentFailure {
            throw CommandFailure(failure.description, code: 3)
        }
        return try await work(new.requestID, to: path, bar, since: started)
    }

    /// Goes on with a request, whoever began it.
    /// - Parameter asksAll: whether what is known is asked again, too.
    func retry(_ requestID: String, to path: String?, asksAll: Bool = false) async throws -> EnrichmentSummary {
        let started = ContinuousClock.now
        let request = try await pool.run { try $0.enrichment(requestID) }
        let path = path ?? request?.localPath
        if let path { _ = try Self.staged(path) }
        do {
            let queue = NewEnrichment.queue(of: requestID)
            let count = try await pool.transaction { session in
                // Of a command that was killed nobody has said yet that it is over.
                try session.endAbandonedEnrichments()
                return asksAll
                    ? try session.refreshEnrichment(requestID, in: queue)
                    : try session.retryEnrichment(requestID, in: queue)
            }
            guard count != nil else {
                throw CommandFailure("no enrichment request '\(requestID)': catalog enrich list shows the newest")
            }
        } catch let failure as EnrichmentFailure {
            throw CommandFailure(failure.description)
        }
        let bar = ProgressBar(label: request?.fileName ?? "", isShown: showsProgress)
        defer { bar.finish() }
        return try await work(requestID, to: path, bar, since: started)
    }

    private func work(
        _ requestID: String, to path: String?, _ bar: ProgressBar, since started: ContinuousClock.Instant
    ) async throws -> EnrichmentSummary {
        let request: EnrichmentRequest
        do {
            request = try await work(requestID, bar)
            if request.hasOutput, let path { try await fetch(request.outputKey, to: path) }
        } catch is CancellationError {
            throw try await interrupted(requestID)
        }
        let usage = try await pool.run { try $0.enrichmentUsage(requestID) }
        return EnrichmentSummary(
            request, usage, output: request.hasOutput ? path : nil, took: ContinuousClock.now - started)
    }

    /// Cancels what has not begun.
    private func interrupted(_ requestID: String) async throws -> CommandFailure {
        // The task is cancelled, and so would be what it asks.
        try await Task { [pool] in
            try await pool.transaction { session in
                _ = try session.cancelEnrichment(
                    requestID, because: "Interrupted: catalog enrich retry \(requestID) goes on.")
                try session.leaveEnrichment(requestID)
                let usage = try session.enrichmentUsage(requestID)
                let request = try session.enrichment(requestID)
                return CommandFailure(
                    "interrupted: \(request?.processedBatches ?? 0) of \(request?.totalBatches ?? 0) batches done, "
                        + "\(usage.calls.grouped) calls, \(usage.credits.grouped) credits spent; "
                        + "catalog enrich retry \(requestID) goes on", code: 130)
            }
        }.value
    }

    /// Does jobs until the request is over.
    private func work(_ requestID: String, _ bar: ProgressBar) async throws -> EnrichmentRequest {
        let queue = NewEnrichment.queue(of: requestID)
        var configuration = JobWorkerConfiguration(concurrency: [queue: concurrency])
        configuration.listens = composition.settings.service.listens
        configuration.lease = composition.settings.service.worker.lease
        let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let worker = JobWorker(
            configuration, connector: composition.database.connector, handlers: resources.handlers,
            observer: OutputObserver(look: look), logger: Logger(label: "catalog") { _ in SwiftLogNoOpLogHandler() })
        let working = Task { try await worker.run() }
        let ticking = Task {
            repeat { look.yield() } while (try? await Task.sleep(for: .milliseconds(100))) != nil
        }
        let outcome: Result<EnrichmentRequest, any Error>
        do {
            outcome = .success(try await watch(requestID, bar, looks))
        } catch {
            outcome = .failure(error)
        }
        ticking.cancel()
        working.cancel()
        try await working.value
        let request = try outcome.get()
        try await pool.transaction { try $0.leaveEnrichment(requestID) }
        return request
    }

    /// - Parameter looks: when to look what has become of it.
    private func watch(
        _ requestID: String, _ bar: ProgressBar, _ looks: AsyncStream<Void>
    ) async throws -> EnrichmentRequest {
        var nextSign = ContinuousClock.now
        for await _ in looks {
            guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
                throw CommandFailure("request \(requestID) was deleted in the meantime")
            }
            if request.isOver { return request }
            if nextSign <= .now {
                try await pool.transaction { session in
                    try session.watchEnrichment(requestID)
                    try session.endAbandonedEnrichments()
                }
                nextSign = .now + .seconds(10)
            }
            let ended = request.processedBatches + request.failedBatches
            bar.update(
                stage(request, ended), done: Double(ended) / Double(max(1, request.totalBatches)),
                rows: min(ended * 100, request.totalRecords))
        }
        throw CancellationError()
    }

    private func stage(_ request: EnrichmentRequest, _ ended: Int) -> String {
        if let wait = request.wait { return "waiting: \(wait.reason)" }
        return ended < request.totalBatches ? "enriching" : "writing"
    }

    private func fetch(_ key: String, to path: String) async throws {
        let file = FetchedFile(try Self.staged(path))
        try await resources.result(key) { bytes in try Self.naming(path) { try file.write(bytes) } }
        try Self.naming(path) { try file.publish(as: path) }
    }

    /// A file that becomes `path` when it is whole.
    private static func staged(_ path: String) throws -> StagedFile {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        StagedFile.sweep(folder)
        return try naming(path) { try StagedFile(in: folder) }
    }

    private static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as LocalFileError {
            throw CommandFailure(
                "cannot write '\(path)': \(String(cString: strerror(error.code))); check the folder and its permissions"
            )
        }
    }

    /// Providers that need no settings are there when somebody names them.
    private func addUnconfiguredProviders(_ names: [String]) async throws {
        try await pool.transaction { session in
            let known = try session.providers().map(\.name)
            for adapter in ProviderFactory.adapters where adapter.needsNoSettings {
                let name = adapter.kind
                guard names.contains(name), !known.contains(name) else { continue }
                try session.saveProvider(ProviderRow(name: name, kind: name))
            }
        }
    }
}

/// Has somebody look when a result was written.
private struct OutputObserver: JobObserver {
    let look: AsyncStream<Void>.Continuation

    func ended(_ job: Job, _ end: JobEnd, after duration: Duration?) {
        if job.kind == EnrichmentStep.output { look.yield() }
    }
}

/// Hands a file from the task to whoever receives its bytes, and back.
private final class FetchedFile: @unchecked Sendable {  // because the task waits while it is written
    private let file: StagedFile

    init(_ file: StagedFile) {
        self.file = file
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws { try file.write(bytes) }

    func publish(as path: String) throws { try file.publish(as: path) }
}
