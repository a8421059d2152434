import Foundation
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Jobs
@testable import Storage

/// A dead job that is tried again carries its request on.
@Suite(.timeLimit(.minutes(5))) struct RetriedJobTests {
    /// A request whose list could not be read, so that its job is dead.
    private static func unread(_ enrichment: Enrichment, _ count: Int) async throws -> String {
        try await enrichment.route("raw/")
        let id = try await enrichment.drop("raw/list.csv", count)
        _ = try await enrichment.value(
            """
            with told as (update enrichment.requests set callback_url = 'http://127.0.0.1/' returning 1)
            update jobs.jobs set state = 'dead', attempt = 10, last_error = 'the bucket is away'
            where kind = 'enrich.split' returning job_id
            """)
        try await enrichment.pool.transaction { try $0.endAbandonedEnrichments() }
        let request = try await enrichment.pool.run { try $0.enrichment(id) }
        #expect(request?.status == .failed && request?.failureMessage?.contains("the bucket is away") == true)
        #expect(try await ends(enrichment) == "1")
        return id
    }

    /// How many ends are to be told.
    private static func ends(_ enrichment: Enrichment) async throws -> String? {
        try await enrichment.value("select count(*) from jobs.jobs where kind = 'enrich.callback'")
    }

    private static func expectDoneOnce(_ id: String, _ records: Int, _ enrichment: Enrichment) async throws {
        let request = try await enrichment.finish(id, as: .completed)
        #expect(request.failureMessage == nil && request.totalRecords == records && request.failedBatches == 0)
        let done = try await enrichment.value(
            """
            select concat_ws(' ', (select count(*) from enrichment.records), (select count(*) from enrichment.batches),
                (select count(*) - count(distinct (capability, input)) from enrichment.calls, unnest(inputs) input), (select count(*) from jobs.jobs where kind <> 'enrich.callback'))
            """)
        #expect(done == "\(records) \((records + 99) / 100) 0 0")
    }

    @Test("A list that could not be read is read, and its request ends as if it had been the first time")
    func split() async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.unread(enrichment, 150)
            try await enrichment.retry()
            try await Self.expectDoneOnce(id, 150, enrichment)
        }
    }

    @Test("A worker that is killed after it has begun anew leaves the rest to another one")
    func killed() async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.unread(enrichment, 150)
            try await enrichment.retry()
            let row = try await enrichment.value(
                """
                update jobs.jobs set state = 'running', attempt = 11, worker_id = 'w', lease_until = now() - interval '1 second'
                where kind = 'enrich.split' returning job_id
                """)
            let jobID = try #require(row.flatMap { Int($0) })
            func begin(attempt: Int) async throws -> Bool {
                let job = Job(
                    jobID: jobID, queue: "enrich", kind: "enrich.split", payload: "{}", priority: 1, attempt: attempt,
                    maxAttempts: 20, runAt: "")
                return try await enrichment.pool.run { try $0.first(EnrichmentRequest.begin(id, job)) != nil }
            }
            #expect(try await begin(attempt: 10) == false, "somebody else has it")
            #expect(try await begin(attempt: 11))
            #expect(try await enrichment.pool.run { try $0.enrichment(id) }?.status == .accepted)
            try await Self.expectDoneOnce(id, 150, enrichment)
        }
    }

    @Test("Who wants the request itself tried again, too, has it done once")
    func both() async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.unread(enrichment, 150)
            try await enrichment.retry()
            #expect(try await enrichment.pool.transaction { try $0.retryEnrichment(id) } == 0)
            try await enrichment.retry()
            try await Self.expectDoneOnce(id, 150, enrichment)
        }
    }

    @Test("The list of a request that was cancelled since is not read")
    func cancelled() async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.unread(enrichment, 3)
            try await enrichment.retry()
            _ = try await enrichment.value(
                "update enrichment.requests set status = 'cancelled', failure_message = 'enough' returning request_id")
            try await enrichment.working {
                try await eventually {
                    try await enrichment.value("select count(*) from jobs.jobs where kind = 'enrich.split'") == "0"
                }
            }
            #expect(try await enrichment.pool.run { try $0.enrichment(id) }?.status == .cancelled)
            #expect(try await enrichment.value("select count(*) from enrichment.records") == "0")
        }
    }

    @Test("A result that could not be written is, and the request tells of its end anew")
    func output() async throws {
        try await Enrichment.with { enrichment in
            guard case .created(let id) = try await enrichment.request(Enrichment.contacts(3)) else {
                throw EnrichmentFailure("it was made before")
            }
            // A file where the folder of results should be.
            let place = enrichment.folder.file("reports/enhanced")
            try FileManager.default.createDirectory(
                atPath: enrichment.folder.file("reports"), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: place))
            let failed = try await enrichment.finish(id)
            #expect(failed.status == .failed)
            try FileManager.default.removeItem(atPath: place)
            _ = try await enrichment.value(
                "update enrichment.requests set callback_url = 'http://127.0.0.1/' returning request_id")
            try await enrichment.retry()
            let request = try await enrichment.finish(id, as: .completed)
            #expect(request.failureMessage == nil)
            #expect(try #require(request.completedAt) > #require(failed.completedAt))
            #expect(try await Self.ends(enrichment) == "1")
        }
    }
}
