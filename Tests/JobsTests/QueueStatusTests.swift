import Postgres
import TestSupport
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct QueueStatusTests {
    @Test("Each state of each queue is counted, and of dead jobs no more are read than are told")
    func counts() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue([
                    .make(), .make(serialKey: "v"), .make(serialKey: "v"), .make(delay: .seconds(60)),
                    .make(queue: "other"),
                ])
                #expect(try session.claim().count == 2)
                #expect(try session.parkJobs() == 1)
                try session.pauseQueue("empty")
                try session.execute(
                    """
                    insert into jobs.jobs (queue, kind, state)
                    select case when n = 1 then 'few' else 'many' end, 'k', 'dead' from generate_series(1, 20000) n
                    """)
                let found = try session.queueStatuses().map { [$0.ready, $0.waiting, $0.running, $0.dead] }
                #expect(try session.queueStatuses().map(\.queue) == ["empty", "few", "many", "other", "q"])
                #expect(found == [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 10_000], [1, 0, 0, 0], [1, 1, 2, 0]])
                #expect(try session.queueStatuses().map(\.isPaused) == [true, false, false, false, false])
            }
        }
    }
}
