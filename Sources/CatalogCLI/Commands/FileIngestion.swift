import Catalog
import Foundation
import Ingest
import Postgres
import Storage

/// Ingests local files one after the other on one connection, with a progress bar.
struct FileIngestion: Sendable {
    let composition: Composition
    let connection: Connection
    let vendorID: String
    var mode = UploadMode.create
    var policy = UploadPolicy.loadValid
    var emptyCells = EmptyCells.clear
    var missingProducts = MissingProducts.keep
    var mapping: ColumnMapping?
    /// Of a kept mapping.
    var mappingName: String?
    var encoding: String?
    /// Of a workbook.
    var sheet: String?
    var isDryRun = false
    var showsProgress = true

    /// Ingests one file and sends its mail; a dry run has none. Each file is an action of its own.
    func run(_ path: String, _ file: LocalFile) async throws -> IngestOutcome {
        let upload = self.upload(path)
        let context = (TransactionContext.current ?? TransactionContext(settings: [:]))
            .recording(ActionRecord("ingest", object: upload.uploadID))
        return try await TransactionContext.$current.withValue(context) { try await run(upload, file) }
    }

    private func upload(_ path: String) -> Upload {
        let url = URL(fileURLWithPath: path)
        let isInput = path == LocalFile.standardInputPath
        var upload = Upload(
            uploadID: UploadID.make(), vendorID: vendorID, fileName: isInput ? "standard input" : url.lastPathComponent,
            mode: mode, policy: policy, objectKey: isInput ? path : url.path)
        (upload.encoding, upload.sheet, upload.mapping) = (encoding, sheet, mappingName)
        (upload.emptyCells, upload.missingProducts) = (emptyCells, missingProducts)
        upload.isDryRun = isDryRun
        return upload
    }

    private func run(_ upload: Upload, _ file: LocalFile) async throws -> IngestOutcome {
        let started = ContinuousClock.now
        let result = try await ingest(upload, file)
        try await connection.transaction { _ = try $0.tick() }
        if !isDryRun { try await composition.outbox(connection).run(for: upload.uploadID) }
        return IngestOutcome(result, composition.stores, isDryRun: isDryRun, took: ContinuousClock.now - started)
    }

    private func ingest(_ upload: Upload, _ file: LocalFile) async throws -> OnboardingResult {
        let bar = ProgressBar(label: upload.fileName, isShown: showsProgress)
        defer { bar.finish() }
        let pipeline = try composition.pipeline(connection)
        return try await pipeline.run(upload, from: file, mapping: mapping, progress: bar.update)
    }
}
