import Foundation
import Intake
import Logging
import PipelineSupport
import Postgres
import Storage
import Tabular
import TestSupport
import Testing

@testable import Ingest
@testable import Jobs

/// Uploads of 50 rows, from their bytes to their mail, each step done at once as a worker would.
struct SmallUpload {
    private let pool: Pool
    private let uploads: AnnouncedUploads
    private let resources: UploadJobResources

    init(_ pool: Pool, _ folder: TemporaryFolder, watched: WatchedUploads = WatchedUploads(listens: true)) throws {
        let stores = FolderStores(root: URL(fileURLWithPath: folder.file("buckets")))
        self.pool = pool
        uploads = AnnouncedUploads(
            store: try stores.store(bucket: "inbox"), bucket: "inbox",
            recorder: ArrivalRecorder(pool: pool, pipelines: Pipelines([OnboardIntake()])))
        resources = UploadJobResources(
            pool: pool, stores: stores, notifier: FileNotifier(root: URL(fileURLWithPath: folder.file("mail"))),
            limits: FileLimits(), watched: watched)
    }

    /// - Parameter accepted: called with the upload's id when its bytes were taken.
    func run(_ name: String, accepted: (String) -> Void = { _ in }) async throws {
        accepted(try await uploads.take(try await file(name), for: .init(vendorID: "V1", fileName: "\(name).csv")))
        for handler in [OnboardJob(resources: resources), NotifyJob(resources: resources)] as [any JobHandler] {
            let job = try #require(try await claim(handler.kind))
            let completion = try await handler.run(job, Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            #expect(completion == .finishedByHandler)
        }
    }

    private func file(_ name: String) async throws -> ReceivedFile {
        let rows = (0..<50).map { "\(name)-\($0),N,Audio,\(name)-\($0),1,1\n" }.joined()
        var reception = try FileReception(limit: 1 << 20)
        try await reception.take(Array((Onboarding.header + "\n" + rows).utf8))
        return reception.finish()
    }

    private func claim(_ queue: String) async throws -> Job? {
        try await pool.run { session in
            let demand = QueueDemand(queue: queue, limit: 1, marks: [nil, nil, nil, nil])
            return try session.claimJobs([demand], workerID: "w", lease: .seconds(60)).jobs.first
        }
    }
}
