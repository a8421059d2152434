import Testing

@testable import Jobs

@Suite struct DecisionTests {
    private struct Broken: Error {}

    @Test("The bound doubles with each attempt up to the cap, and jitter spreads over all of it")
    func backoff() {
        let backoff = Backoff(base: .seconds(2), cap: .seconds(60))
        #expect((1...7).map { backoff.bound(afterAttempt: $0) } == [2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(backoff.bound(afterAttempt: 10_000) == .seconds(60))
        #expect(backoff.delay(afterAttempt: 3, fraction: 0) == .zero)
        #expect(backoff.delay(afterAttempt: 3, fraction: 0.5) == .seconds(4))
    }

    @Test("Retry-After is obeyed, a permanent error is dead at once, the last attempt too")
    func ends() {
        func end(_ error: any Error, attempt: Int) -> JobEnd {
            JobEnd(error, of: .make(attempt: attempt, maxAttempts: 10), backoff: Backoff(), fraction: 0.5)
        }
        #expect(end(Broken(), attempt: 1) == .failed(error: "Broken()", delay: .seconds(1), isDead: false))
        #expect(
            end(JobError.retry(after: nil, reason: "r"), attempt: 1)
                == .failed(error: "r", delay: .seconds(1), isDead: false))
        #expect(
            end(JobError.retry(after: .seconds(900), reason: "r"), attempt: 1)
                == .failed(error: "r", delay: .seconds(900), isDead: false))
        #expect(
            end(JobError.permanent(reason: "r"), attempt: 1) == .failed(error: "r", delay: .seconds(1), isDead: true))
        #expect(
            end(Broken(), attempt: 10) == .failed(error: "Broken()", delay: .seconds(300), isDead: true))
        // Who comes too early has not failed, at whatever attempt.
        #expect(
            end(JobError.postponed(for: .seconds(5), reason: "r"), attempt: 10)
                == .postponed(reason: "r", delay: .seconds(5)))
    }

    @Test("A claim that was not full raises all low-water marks; a full one those it is sure of")
    func lowWaterMarks() {
        var marks = LowWaterMarks()
        marks.learn(from: [.make(runAt: "2030")], limit: 2, horizon: "2025")
        #expect(marks.marks == ["2025", "2025", "2025", "2025"])
        marks.reset()
        let jobs: [Job] = [
            .make(id: 9, priority: 1, runAt: "2020"), .make(id: 1, priority: 3, runAt: "2021"),
            .make(id: 2, priority: 3, runAt: "2022"),
        ]
        marks.learn(from: jobs, limit: 3, horizon: "2025")
        #expect(marks.marks == ["2025", "2025", "2022", nil])
    }
}
