import Foundation
import Jobs
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Storage

/// What is known of persons can be deleted, and is after its time.
@Suite(.timeLimit(.minutes(5))) struct ForgettingTests {
    private static let tables = ["records", "results", "cache", "calls", "batches", "requests"]

    private static func count(_ text: String, _ enrichment: Enrichment) async throws -> Int {
        var count = 0
        for table in tables {
            let found = try await enrichment.value(
                "select count(*) from enrichment.\(raw: table) t where strpos(lower(t::text), \(text)::text) > 0")
            count += found.flatMap { Int($0) } ?? 0
        }
        return count
    }

    @Test("A person who is forgotten is nowhere: not in records, results, answers, questions and files; others stay")
    func forgetting() async throws {
        let lists = [
            "email,first_name,note\nAda@Voss.example,Ada,x\nxada@voss.example,Other,x\nada@voss.example.org,Other,x\nb@b.example,Bob,\"to ada@voss.example.\"\n",
            "first_name,last_name,company\nAda,Voss,Voss Inc\nC,D,E\n",
        ]
        try await Enrichment.with([.mock("mock", #"{"matchPercent": 100}"#)]) { enrichment in
            var requests: [EnrichmentRequest] = []
            for list in lists { requests.append(try await enrichment.run(list).request) }
            // She was found by her name, too.
            _ = try await enrichment.value(
                """
                with answer as (
                    update enrichment.cache set fields = fields || '{"email": "ada@voss.example"}'
                    where input_hash = (
                        select inputs[1] from enrichment.calls where request_id = \(requests[1].requestID)::uuid limit 1)
                    returning 1
                ), result as (
                    update enrichment.results set fields = fields || '{"email": "ada@voss.example"}'
                    where request_id = \(requests[1].requestID)::uuid and ordinal = 0 returning 1
                )
                select count(*) from answer, result
                """)
            let hash = Forgetting.hash("ada@voss.example")
            #expect(try await Self.count(hash, enrichment) > 0)
            let forgotten = try await enrichment.pool.transaction { try $0.forget(emails: ["ADA@voss.example"]) }
            #expect(forgotten.deleted.records == 3 && forgotten.deleted.results == 3)
            #expect(forgotten.deleted.answers >= 2 && forgotten.deleted.calls >= 2)
            #expect(try await Self.count(hash, enrichment) == 0)
            for address in ["xada@voss.example", "ada@voss.example.org"] {
                #expect(try await Self.count(address, enrichment) > 0, "\(address)")
            }
            let named = try await enrichment.value(
                "select count(*) from enrichment.records where lower(input::text) ~ '[\" ]ada@voss\\.example(\"|\\.\")'"
            )
            #expect(named == "0")
            #expect(Set(forgotten.rewritten) == Set(requests.map(\.outputKey)))
            try await enrichment.working {
                try await eventually { try await enrichment.value("select count(*) from jobs.jobs") == "0" }
            }
            for (request, left) in zip(requests, [3, 2]) {
                let output = try String(contentsOfFile: enrichment.output.path(of: request.outputKey), encoding: .utf8)
                #expect(output.split(separator: "\r\n").count == left)
                #expect(!output.lowercased().contains(",ada,") && !output.contains("to ada@voss.example"))
                let now = try await enrichment.pool.run { try $0.enrichment(request.requestID) }
                #expect(now?.status == .completed && now?.completedAt == request.completedAt)
                #expect(now?.totalRecords == request.totalRecords)
            }
        }
    }

    @Test("Who is in a request that is under way is forgotten when it is over")
    func underWay() async throws {
        try await Enrichment.with { enrichment in
            guard case .created(let id) = try await enrichment.request(Enrichment.contacts(3)) else { return }
            let error = await #expect(throws: StillUnderWay.self) {
                try await enrichment.pool.transaction { try $0.forget(emails: ["p1@example.com"]) }
            }
            #expect(error?.requestIDs == [id])
            _ = try await enrichment.finish(id)
            let forgotten = try await enrichment.pool.transaction { try $0.forget(emails: ["p1@example.com"]) }
            #expect(forgotten.deleted.records == 1)
            // The same list is asked for anew: the earlier result lacks one.
            guard case .created = try await enrichment.request(Enrichment.contacts(3), reusing: true) else {
                Issue.record("it is another one by now")
                return
            }
        }
    }

    @Test("Requests that are over for long enough keep their counts, and a line in audit.actions says so")
    func retention() async throws {
        try await Enrichment.with { enrichment in
            let (old, _) = try await enrichment.run(Enrichment.contacts(120))
            let (young, _) = try await enrichment.run(Enrichment.contacts(5, prefix: "q"))
            let usage = try await enrichment.pool.run { try $0.enrichmentUsage(old.requestID) }
            _ = try await enrichment.value(
                """
                update enrichment.requests set completed_at = now() - interval '31 days'
                where request_id = \(old.requestID)::uuid returning request_id
                """)
            let service = try enrichment.anew(retentionDays: 30)
            try await service.pool.transaction { session in
                _ = try session.enqueue(NewJob(queue: EnrichmentStep.queue, kind: EnrichmentStep.upkeep))
            }
            try await service.working {
                try await eventually { try await service.value("select count(*) from jobs.jobs") == "0" }
            }
            let request = try #require(try await enrichment.pool.run { try $0.enrichment(old.requestID) })
            #expect(request.recordCounts != nil && request.recordCounts == old.recordCounts)
            #expect(request.forgottenAt != nil && request.totalRecords == 120 && request.processedBatches == 2)
            #expect(try await enrichment.pool.run { try $0.enrichmentUsage(old.requestID) } == usage)
            for table in ["records", "results", "calls", "batches"] {
                let left = try await enrichment.value(
                    "select string_agg(distinct request_id::text, ' ') from enrichment.\(raw: table)")
                #expect(left == young.requestID, "\(table)")
            }
            let line = try await enrichment.value(
                "select after ->> 'records' || ' ' || object from audit.actions where action = 'enrichment retention'")
            #expect(line == "120 \(old.requestID)")
            let calls = try await enrichment.value(
                "select calls from audit.enrichment where request_id = \(old.requestID)::uuid")
            #expect(calls == "\(usage.calls)")
            let failure = await #expect(throws: EnrichmentFailure.self) {
                try await enrichment.pool.transaction { try $0.refreshEnrichment(old.requestID) }
            }
            #expect(failure?.description.contains("were deleted") == true)
        }
    }
}
