import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Ingest
@testable import Storage

/// The machine's troubles: nothing is lost, nothing is loaded twice, the upload ends as failed.
@Suite(.timeLimit(.minutes(5))) struct InterruptionTests {
    private static let rows = (0..<20_000).map { "P\($0),N,Audio,S\($0),1,1" }

    /// Runs an upload and disturbs it when it has begun to load.
    private func ingest(
        _ onboarding: Onboarding, disturb: @escaping @Sendable (Task<OnboardingResult, any Error>) -> Void
    ) async throws -> OnboardingResult {
        let text = ([Onboarding.header] + Self.rows).joined(separator: "\n")
        let upload = Upload(uploadID: UploadID.make(), vendorID: "V1", fileName: "f.csv", objectKey: "f.csv")
        let file = try LocalFile(path: onboarding.folder.write(text, to: "f.csv"))
        let pipeline = OnboardingPipeline(connection: onboarding.connection, store: onboarding.store)
        let (loading, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            defer { continuation.finish() }
            return try await pipeline.run(upload, from: file) { progress in
                if progress.phase == .loading { continuation.yield() }
            }
        }
        for await _ in loading { break }
        disturb(task)
        return try await task.value
    }

    /// The load stops at its 15,000th row until somebody ends it.
    private func blockTheLoad(_ onboarding: Onboarding) async throws {
        try await onboarding.failTheLoad("perform pg_sleep(600);")
    }

    private func expectNothingLoaded(_ onboarding: Onboarding) async throws {
        let other = try await onboarding.onAnotherConnection()
        #expect(try await other.value("select count(*) from catalog.products") == "0")
        #expect(
            try await other.value("select status || ' ' || coalesce(failure_type, '') from catalog.upload_history")
                == "failed INTERRUPTED")
        await other.connection.close()
    }

    @Test("A cancelled upload is rolled back and recorded as interrupted; the same file loads afterwards")
    func cancelled() async throws {
        try await Onboarding.with { onboarding in
            try await blockTheLoad(onboarding)
            await #expect(throws: CancellationError.self) { try await ingest(onboarding) { $0.cancel() } }
            try await expectNothingLoaded(onboarding)
            try await onboarding.execute("drop trigger block on catalog.products")
            #expect(try await onboarding.ingest(Self.rows).counts.created == Self.rows.count)
        }
    }

    @Test("A killed server process ends the upload; the next upload gives it up")
    func killedBackend() async throws {
        try await Onboarding.with { onboarding in
            try await blockTheLoad(onboarding)
            let pid = try await onboarding.connection.run { $0.backendPID }
            let other = try await onboarding.onAnotherConnection()
            let error = await #expect(throws: PostgresError.self) {
                try await ingest(onboarding) { _ in
                    Task { try await other.execute("select pg_terminate_backend(\(Int(pid))::integer)") }
                }
            }
            #expect(error?.isConnectionLoss == true)
            #expect(try await other.value("select count(*) from catalog.products") == "0")
            #expect(try await other.value("select status from catalog.upload_history") == "processing")
            try await other.execute("update catalog.upload_history set started_at = started_at - interval '1 minute'")
            #expect(try await other.ingest(["X,N,Audio,X,1,1"]).status == .completed)
            #expect(
                try await other.value(
                    "select status || ' ' || failure_type from catalog.upload_history order by upload_timestamp limit 1"
                ) == "failed INTERRUPTED")
            await other.connection.close()
        }
    }

    @Test("An upload at work is not taken for an orphan, however long it takes")
    func notAnOrphan() async throws {
        try await Onboarding.with { onboarding in
            let other = try await onboarding.onAnotherConnection()
            try await onboarding.connection.transaction { session in
                try session.beginUpload(Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f"))
            }
            try await onboarding.execute("update catalog.upload_history set started_at = started_at - interval '1 day'")
            let held = try await onboarding.holding("U1") {
                try await other.connection.transaction { try $0.giveUpOrphanedUploads() }
            }
            #expect(held == [])
            #expect(try await other.connection.transaction { try $0.giveUpOrphanedUploads() } == ["U1"])
            let isTooLate = try await onboarding.connection.transaction { try $0.finishUpload("U1", UploadEnd()) }
            #expect(!isTooLate, "a process that comes back finds its upload given up")
            await other.connection.close()
        }
    }

    @Test("An error of the server in the middle, such as a full disk, leaves nothing behind")
    func serverError() async throws {
        try await Onboarding.with { onboarding in
            try await onboarding.failTheLoad("raise exception 'could not extend file' using errcode = '53100';")
            let error = await #expect(throws: PostgresError.self) { try await ingest(onboarding) { _ in } }
            #expect(error?.sqlState == "53100")
            try await expectNothingLoaded(onboarding)
        }
    }

    @Test("Uploads of one vendor wait for each other, those of another vendor do not")
    func serial() async throws {
        try await Onboarding.with { onboarding in
            let other = try await onboarding.onAnotherConnection()
            let third = try await onboarding.onAnotherConnection()
            let waiting = try await onboarding.connection.transactionHeld({ _ = try $0.lockVendor("V1") }) {
                let waiting = Task { try await other.ingest(["P1,N,Audio,S1,1,1"]) }
                let unhindered = try await third.ingest(["P1,N,Audio,S2,1,1"], vendor: "V2")
                #expect(unhindered.status == .completed)
                return waiting
            }
            #expect(try await waiting.value.status == .completed)
            await other.connection.close()
            await third.connection.close()
        }
    }
}

extension Onboarding {
    /// Does something to the load at its 15,000th row.
    fileprivate func failTheLoad(_ action: String) async throws {
        try await connection.run { session in
            try session.executeScript(
                """
                create function block() returns trigger language plpgsql as $$ begin \(action) return new; end $$;
                create trigger block before insert on catalog.products for each row when (new.sku = 'S15000')
                execute function block();
                """)
        }
    }

    fileprivate func holding<Result: Sendable>(_ uploadID: String, _ body: () async throws -> Result) async throws
        -> Result
    {
        try await connection.transactionHeld({ try $0.holdUpload(uploadID) }, body)
    }
}

extension Connection {
    /// Runs `body` while a transaction of this connection stays open behind `first`.
    fileprivate nonisolated func transactionHeld<Result: Sendable>(
        _ first: @escaping @Sendable (Session) throws -> Void, _ body: () async throws -> Result
    ) async throws -> Result {
        let released = DispatchSemaphore(value: 0)
        let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
        // The connection's own thread waits, none of the cooperative pool.
        let holder = Task {
            try await transaction { session in
                try first(session)
                try session.runWaiting()
                continuation.yield()
                released.wait()
            }
        }
        for await _ in begun { break }
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        released.signal()
        try await holder.value
        return try outcome.get()
    }
}
