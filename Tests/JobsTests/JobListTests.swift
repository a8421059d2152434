import Postgres
import TestSupport
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct JobListTests {
    private static let dead: Statement = """
        insert into jobs.jobs (queue, kind, state, last_error, errors)
        select case when n % 2 = 0 then 'notify' else 'report' end, 'k', 'dead',
            case when n % 5 = 0 then '50% (a.b) timed out' else 'refused' end,
            '[{"at": "2026-01-02T03:04:05Z", "attempt": 2, "worker": "w", "error": "x"}, {"at": "2026-01-02T03:04:00Z", "attempt": 1, "error": "y"}]'
        from generate_series(1, 100) n
        """

    @Test("Jobs are found by state, queue and a part of their error as it stands; pages by key have each once")
    func pages() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(Self.dead)
                try session.enqueue([.make(queue: "notify")])
                let filter = JobFilter(state: "dead", queue: "notify", error: "50% (a.b)")
                var found: [JobRecord] = []
                while case let page = try session.jobs(filter, before: found.last?.jobID, limit: 3), !page.isEmpty {
                    found += page
                }
                #expect(found.count == 10 && Set(found.map(\.jobID)).count == 10)
                #expect(found.allSatisfy { $0.queue == "notify" && $0.lastError == "50% (a.b) timed out" })
                #expect(found.map(\.jobID) == found.map(\.jobID).sorted(by: >))
                #expect(try session.jobs(JobFilter(error: "50% .a.b."), limit: 5).isEmpty)
                #expect(try session.jobs(JobFilter(state: "ready"), limit: 5).map(\.queue) == ["notify"])
                #expect(try session.jobs(JobFilter(), limit: 200).count == 101)
            }
        }
    }

    @Test("One job shows its failures, the newest first; one that is gone is nil")
    func one() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(Self.dead)
                let id = try #require(try session.jobs(JobFilter(), limit: 1).first).jobID
                let job = try #require(try session.job(id))
                #expect(job.failures.map(\.error) == ["x", "y"] && job.failures.map(\.worker) == ["w", ""])
                #expect(job.failures[0].at == "2026-01-02T03:04:05Z")
                #expect(try session.job(id + 1) == nil)
            }
        }
    }

    @Test("What is retried or discarded is what was counted: none that died since, and none of another filter")
    func counted() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(Self.dead)
                let filter = JobFilter(queue: "report", error: "timed out")
                let counted = try session.countDeadJobs(filter.dead(through: .max))
                #expect(counted.count == 10)
                try session.execute(Self.dead)
                #expect(try session.retryDeadJobs(filter.dead(through: counted.newest)) == 10)
                #expect(try session.countDeadJobs(filter.dead(through: .max)).count == 10)
                #expect(try session.discardDeadJobs(filter.dead(through: .max)) == 10)
                let left = try session.query("select state, count(*) from jobs.jobs group by state order by 1")
                #expect(left.map { [$0[0], $0[1]] } == [["dead", "180"], ["ready", "10"]])
                let said = try session.first("select current_setting('catalog.action_before') as before")
                #expect(try said?.get("before", as: String.self).contains("\"jobs\": 10") == true)
            }
        }
    }
}
