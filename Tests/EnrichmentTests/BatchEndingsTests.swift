import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Jobs

@Suite("Batches that end at the same moment", .timeLimit(.minutes(2)))
struct BatchEndingsTests {
    @Test("One transaction ends several; one of them whose lease is lost rolls back all")
    func together() async throws {
        try await Enrichment.with { enrichment in
            let (id, endings) = try await Self.claimed(enrichment, batches: 6)
            let pool = enrichment.pool
            try await Self.lose(endings[2].job, enrichment)
            await #expect(throws: LeaseLost.self) {
                try await pool.transaction { try $0.end(Array(endings[..<3]), of: id) }
            }
            #expect(try await pool.run { try $0.enrichment(id) }?.processedBatches == 0)
            try await pool.transaction { try $0.end(Array(endings[3...]), of: id) }
            #expect(try await pool.run { try $0.enrichment(id) }?.processedBatches == 3)
            #expect(try await Self.done(enrichment) == "3 4 5")
        }
    }

    @Test("One whose lease is lost keeps none of the others from ending, whoever it was gathered with")
    func lostLease() async throws {
        try await Enrichment.with { enrichment in
            let (id, endings) = try await Self.claimed(enrichment, batches: 6)
            let lost = endings[3].job
            try await Self.lose(lost, enrichment)
            let failures = await withTaskGroup(of: (any Error)?.self) { group in
                for ending in endings {
                    group.addTask {
                        do {
                            try await enrichment.resources.endings.end(ending, of: id)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
            }
            #expect(failures.map { $0 as? LeaseLost } == [LeaseLost(jobID: lost.jobID, attempt: 1)])
            let request = try await enrichment.pool.run { try $0.enrichment(id) }
            #expect(request?.processedBatches == 5 && request?.isOver == false)
            #expect(try await Self.done(enrichment) == "0 1 2 4 5")
            let left = try await enrichment.value(
                "select string_agg(job_id::text, ' ') from jobs.jobs where kind = 'enrich.batch'")
            #expect(left == "\(lost.jobID)")
        }
    }

    @Test("Many that gather while a transaction is under way are ended by a second one beside it, each once")
    func second() async throws {
        try await Enrichment.with { enrichment in
            let (id, endings) = try await Self.claimed(enrichment, batches: 40)
            let (locked, lock) = AsyncStream.makeStream(of: Void.self)
            async let holding: Void = enrichment.pool.transaction { session in
                // Every transaction ends at the row of the request.
                try session.execute("select from enrichment.requests where request_id = \(id)::uuid for update")
                lock.finish()
                try session.executeScript(
                    """
                    do $$ begin
                        while (select count(*) <> 2 from pg_stat_activity
                            where wait_event_type = 'Lock' and datname = current_database())
                        loop perform pg_stat_clear_snapshot(), pg_sleep(0.01); end loop;
                    end $$
                    """)
            }
            for await _ in locked {}
            try await withThrowingTaskGroup(of: Void.self) { group in
                for ending in endings {
                    group.addTask { try await enrichment.resources.endings.end(ending, of: id) }
                }
                try await group.waitForAll()
            }
            try await holding
            #expect(try await enrichment.pool.run { try $0.enrichment(id) }?.processedBatches == 40)
            #expect(
                try await enrichment.value("select string_agg(kind, ' ') from jobs.jobs") == EnrichmentStep.output)
        }
    }

    /// A request whose batches are all at work.
    private static func claimed(
        _ enrichment: Enrichment, batches: Int
    ) async throws -> (id: String, endings: [BatchEnding]) {
        let outcome = try await enrichment.request(Enrichment.contacts(batches * BatchSplitter.size))
        guard case .created(let id) = outcome else { throw EnrichmentFailure("it was made before") }
        let jobs = try await enrichment.pool.run { session in
            let demand = QueueDemand(queue: EnrichmentStep.queue, limit: 100, marks: [nil, nil, nil, nil])
            return try session.claimJobsRetryingRaces([demand], workerID: "w", lease: .seconds(600)).jobs
        }
        #expect(jobs.count == batches)
        let ordered = jobs.sorted { $0.jobID < $1.jobID }
        return (
            id,
            ordered.enumerated().map {
                BatchEnding(number: $0.offset, job: $0.element, answers: AnswerBook(), results: [], errors: [])
            }
        )
    }

    /// Somebody else has it.
    private static func lose(_ job: Job, _ enrichment: Enrichment) async throws {
        try await enrichment.pool.run {
            _ = try $0.execute("update jobs.jobs set attempt = attempt + 1 where job_id = \(job.jobID)::bigint")
        }
    }

    private static func done(_ enrichment: Enrichment) async throws -> String? {
        try await enrichment.value(
            "select string_agg(batch_no::text, ' ' order by batch_no) from enrichment.batches where state = 'done'")
    }
}
