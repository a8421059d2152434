import Foundation
import Jobs
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Storage

/// No request is left in a state from which nobody moves it.
@Suite(.timeLimit(.minutes(5))) struct RequestEndTests {
    private static func accepted(_ enrichment: Enrichment, _ count: Int = 150) async throws -> String {
        guard case .created(let id) = try await enrichment.request(Enrichment.contacts(count)) else {
            throw EnrichmentFailure("it was made before")
        }
        return id
    }

    @Test("A job that a claim made dead, and whose worker died before it could say so, ends its batch all the same")
    func deadClaims() async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.accepted(enrichment)
            _ = try await enrichment.value(
                """
                update jobs.jobs set state = 'dead', last_error = 'the lease of the last attempt ended'
                where kind = 'enrich.batch' and payload ->> 'batch_no' = '1' returning job_id
                """)
            try await enrichment.pool.transaction { try $0.endAbandonedEnrichments() }
            let request = try await enrichment.finish(id)
            #expect(request.status == .partial && request.failedBatches == 1)
            let output = try String(contentsOfFile: enrichment.output.path(of: request.outputKey), encoding: .utf8)
            let failed = output.split(separator: "\r\n").filter {
                $0.hasSuffix(",failed,,the lease of the last attempt ended")
            }
            #expect(failed.count == 50)
            let again = try await enrichment.pool.transaction { try $0.endAbandonedEnrichments() }
            #expect(again == 0)
        }
    }

    @Test("A result that cannot be written fails the request, says why, and a retry writes it")
    func unwritable() async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.accepted(enrichment)
            // A file where the folder of results should be.
            let place = enrichment.folder.file("reports/enhanced")
            try FileManager.default.createDirectory(
                atPath: enrichment.folder.file("reports"), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: place))
            let request = try await enrichment.finish(id)
            #expect(request.status == .failed)
            #expect(request.failureMessage?.hasPrefix("The result could not be written: ") == true)
            try FileManager.default.removeItem(atPath: place)
            let batches = try await enrichment.pool.transaction { try $0.retryEnrichment(id) }
            #expect(batches == 0)
            let completed = try await enrichment.finish(id)
            #expect(completed.status == .completed)
            let calls = try await enrichment.value("select sum(cardinality(inputs)) from enrichment.calls")
            #expect(calls == "150")
        }
    }

    @Test("A cancelled request begins nothing any more, and goes on where it was")
    func cancelled() async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.accepted(enrichment, 300)
            // One of its batches is at work.
            _ = try await enrichment.value(
                """
                update jobs.jobs set state = 'running', attempt = 1, worker_id = 'w', lease_until = now() - interval '1 second'
                where job_id = (select min(job_id) from jobs.jobs where kind = 'enrich.batch') returning job_id
                """)
            let wasUnderWay = try await enrichment.pool.transaction {
                try $0.cancelEnrichment(id, because: "enough")
            }
            #expect(wasUnderWay)
            try await enrichment.working {
                try await eventually {
                    try await enrichment.value("select count(*) from jobs.jobs where kind = 'enrich.batch'") == "0"
                }
            }
            #expect(try await enrichment.value("select count(*) from enrichment.calls") == "0")
            let request = try await enrichment.pool.run { try $0.enrichment(id) }
            #expect(request?.status == .cancelled && request?.failureMessage == "enough")
            #expect(try await enrichment.pool.transaction { try $0.retryEnrichment(id) } == 3)
            #expect(try await enrichment.finish(id).status == .completed)
            await #expect(throws: EnrichmentFailure.self) {
                try await enrichment.pool.transaction { try $0.retryEnrichment(id) }
            }
        }
    }

    @Test(
        "Calls of a command that is gone are over with it, whoever ended its request; those of one that is there are not",
        arguments: [
            ("processing", "3 minutes", "unknown unused"), ("cancelled", "3 minutes", "unknown unused"),
            ("processing", "1 minute", "reserved reserved"),
        ])
    func callsOfTheGone(_ status: String, _ silence: String, _ states: String) async throws {
        try await Enrichment.with { enrichment in
            let id = try await Self.accepted(enrichment, 10)
            if status == "cancelled" {
                _ = try await enrichment.pool.transaction { try $0.cancelEnrichment(id, because: "enough") }
            }
            _ = try await enrichment.value(
                """
                with watched as (
                    update enrichment.requests set watched_at = now() - '\(raw: silence)'::interval returning request_id)
                insert into enrichment.calls (provider, capability, request_id, batch_no, attempt, inputs, credits, sent_at)
                select 'mock', 'contact_enrich', request_id, 0, 1, array[sha256(sent::text::bytea)], 1, case when sent then now() end
                from watched, unnest(array[true, false]) as sent order by sent desc returning call_id
                """)
            try await enrichment.pool.transaction { try $0.endAbandonedEnrichments() }
            let now = try await enrichment.value(
                "select string_agg(state, ' ' order by call_id) from enrichment.calls")
            #expect(now == states)
        }
    }

    @Test("A request says what it waits for, and until when")
    func waits() async throws {
        try await Enrichment.with([.mock(limits: ProviderLimits(perDay: 2))]) { enrichment in
            let id = try await Self.accepted(enrichment, 300)
            let request = try await enrichment.working {
                try await eventually {
                    let request = try await enrichment.pool.run { try $0.enrichment(id) }
                    return request?.wait == nil ? nil : request
                }
            }
            #expect(request.wait?.cause == .limit)
            #expect(request.wait.map { $0.retryAt > request.createdAt } == true)
        }
    }
}
