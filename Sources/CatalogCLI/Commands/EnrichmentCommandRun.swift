import Enrichment
import Foundation
import Jobs
import Logging
import Postgres
import Storage

/// Enriches one local file: makes the request, does its jobs in this process, and fetches the result.
struct EnrichmentCommandRun: Sendable {
    let composition: Composition
    let pool: Pool
    let resources: EnrichmentResources
    let showsProgress: Bool
    let concurrency: Int

    func enrich(_ source: LocalFile, _ new: NewEnrichment, to path: String) async throws -> EnrichmentSummary {
        let started = ContinuousClock.now
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
        let request = try await work(new.requestID, bar)
        try await fetch(request.outputKey, to: path)
        let usage = try await pool.run { try $0.enrichmentUsage(request.requestID) }
        return EnrichmentSummary(request, usage, output: path, took: ContinuousClock.now - started)
    }

    /// Does jobs until the request is over.
    private func work(_ requestID: String, _ bar: ProgressBar) async throws -> EnrichmentRequest {
        var configuration = JobWorkerConfiguration(concurrency: ["enrich": concurrency])
        configuration.listens = composition.settings.service.listens
        configuration.lease = composition.settings.service.worker.lease
        let worker = JobWorker(
            configuration, connector: composition.database.connector, handlers: resources.handlers,
            logger: Logger(label: "catalog") { _ in SwiftLogNoOpLogHandler() })
        let working = Task { try await worker.run() }
        let outcome: Result<EnrichmentRequest, any Error>
        do {
            outcome = .success(try await watch(requestID, bar))
        } catch {
            outcome = .failure(error)
        }
        working.cancel()
        try await working.value
        return try outcome.get()
    }

    private func watch(_ requestID: String, _ bar: ProgressBar) async throws -> EnrichmentRequest {
        while true {
            guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
                throw CommandFailure("request \(requestID) was deleted in the meantime")
            }
            if request.isOver { return request }
            let ended = request.processedBatches + request.failedBatches
            bar.update(
                ended < request.totalBatches ? "enriching" : "writing",
                done: Double(ended) / Double(max(1, request.totalBatches)), rows: min(ended * 100, request.totalRecords)
            )
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func fetch(_ key: String, to path: String) async throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        StagedFile.sweep(folder)
        do {
            let file = FetchedFile(try StagedFile(in: folder))
            try await resources.result(key, receive: file.write)
            try file.publish(as: path)
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

/// What `catalog enrich` prints: the keys are public.
struct EnrichmentSummary: Encodable {
    var requestId: String
    var status: EnrichmentStatus
    var totalRecords, totalBatches, processedBatches, failedBatches: Int
    var usage: EnrichmentUsage
    var output: String
    var durationSeconds: Double
    /// In which the list was read.
    var encoding: String?
    /// Nobody said which one it is, and it is not UTF-8; missing otherwise.
    var encodingGuessed: Bool?

    init(_ request: EnrichmentRequest, _ usage: EnrichmentUsage, output: String, took: Duration) {
        requestId = request.requestID
        status = request.status
        totalRecords = request.totalRecords
        totalBatches = request.totalBatches
        processedBatches = request.processedBatches
        failedBatches = request.failedBatches
        self.usage = usage
        self.output = output
        durationSeconds = took.seconds
        encoding = request.encoding
        encodingGuessed = request.isEncodingGuessed ? true : nil
    }

    func rendered(_ style: Style) -> TerminalText {
        let status = self.status == .completed ? style.green("completed") : style.yellow("\(self.status.rawValue)")
        var lines: [TerminalText] = [
            "\(style.bold("\(output)"))  \(status)  \(totalRecords.grouped) records in \(durationSeconds.formatted(.number.precision(.fractionLength(1)))) s",
            "calls \(usage.calls.grouped), credits \(usage.credits.grouped); saved: \(usage.savedInputs.grouped) questions, \(usage.savedCredits.grouped) credits",
        ]
        if encodingGuessed == true, let encoding {
            lines.append(
                "encoding \(encoding), a guess: if letters look wrong, save the list as UTF-8 or give --encoding")
        }
        if usage.unknownCalls > 0 { lines.append("\(usage.unknownCalls) calls with unknown outcome") }
        if failedBatches > 0 {
            lines.append(
                "\(failedBatches) of \(totalBatches) batches failed: catalog jobs dead shows why, catalog jobs retry completes the file"
            )
        }
        return lines.joined(separator: "\n")
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
