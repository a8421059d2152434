import Testing

@testable import Jobs

@Suite struct DecisionTests {
    private struct Broken: Error {}

    private static func job(attempt: Int, of maximum: Int = 10, priority: Int = 2, runAt: String = "", id: Int = 1)
        -> Job
    {
        Job(
            jobID: id, queue: "q", kind: "k", payload: "{}", priority: priority, attempt: attempt, maxAttempts: maximum,
            serialKey: nil, runAt: runAt)
    }

    @Test("The bound doubles with each attempt up to the cap, and jitter spreads over all of it")
    func backoff() {
        let backoff = Backoff(base: .seconds(2), cap: .seconds(60))
        #expect((1...7).map { backoff.bound(afterAttempt: $0) } == [2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(backoff.bound(afterAttempt: 10_000) == .seconds(60))
        #expect(backoff.delay(afterAttempt: 3, fraction: 0) == .zero)
        #expect(backoff.delay(afterAttempt: 3, fraction: 0.5) == .seconds(4))
    }

    @Test("Retry-After is obeyed, a permanent error is dead at once, the last attempt too")
    func verdicts() {
        func verdict(_ error: any Error, attempt: Int) -> FailureVerdict {
            FailureVerdict(error, job: Self.job(attempt: attempt), backoff: Backoff(), fraction: 0.5)
        }
        #expect(verdict(Broken(), attempt: 1) == verdict(JobError.retry(after: nil, reason: ""), attempt: 1))
        #expect(verdict(JobError.retry(after: .seconds(900), reason: ""), attempt: 1).delay == .seconds(900))
        #expect(verdict(JobError.permanent(reason: ""), attempt: 1).isDead)
        #expect(!verdict(Broken(), attempt: 9).isDead)
        #expect(verdict(Broken(), attempt: 10).isDead)
        // Who comes too early has not failed, at whatever attempt.
        let postponed = verdict(JobError.postponed(for: .seconds(5), reason: ""), attempt: 10)
        #expect(postponed.isPostponed && !postponed.isDead && postponed.delay == .seconds(5))
    }

    @Test("A claim that was not full raises all floors; a full one those it is sure of")
    func floors() {
        var floors = QueueFloors()
        floors.learn(from: [Self.job(attempt: 1, runAt: "2030")], limit: 2, safe: "2025")
        #expect(floors.floors == ["2025", "2025", "2025", "2025"])
        floors.reset()
        let jobs = [
            Self.job(attempt: 1, priority: 1, runAt: "2020", id: 9),
            Self.job(attempt: 1, priority: 3, runAt: "2021", id: 1),
            Self.job(attempt: 1, priority: 3, runAt: "2022", id: 2),
        ]
        floors.learn(from: jobs, limit: 3, safe: "2025")
        #expect(floors.floors == ["2025", "2025", "2022", nil])
    }

    @Test("A serial job that ends during a claim keeps the claim from hiding its successor")
    func serialEnd() {
        var ledger = JobLedger(concurrency: ["q": 2])
        var serial = Self.job(attempt: 1)
        serial.serialKey = "s"
        ledger.take([serial], for: ledger.demands(rescans: true), safe: "2025")
        let demands = ledger.demands(rescans: false)
        _ = ledger.leave(serial, finished: true)
        ledger.take([], for: demands, safe: "2026")
        let next = ledger.demands(rescans: false)
        #expect(next.map(\.floors) == [[nil, nil, nil, nil]])
        ledger.take([], for: next, safe: "2027")
        let last = ledger.demands(rescans: false)
        #expect(last.map(\.floors) == [["2027", "2027", "2027", "2027"]])
    }

    @Test("A worker claims for its free slots only, and nothing once it stops")
    func ledger() {
        var ledger = JobLedger(concurrency: ["q": 2])
        let demands = ledger.demands(rescans: false)
        #expect(demands.map(\.limit) == [2])
        let jobs = [Self.job(attempt: 1, id: 1), Self.job(attempt: 1, id: 2)]
        ledger.take(jobs, for: demands, safe: "2025")
        let none = ledger.demands(rescans: false)
        #expect(none.isEmpty)
        let looksForMore = ledger.leave(jobs[0], finished: true)
        #expect(looksForMore)
        let one = ledger.demands(rescans: false)
        #expect(one.map(\.limit) == [1])
        #expect(!ledger.isIdle)
        _ = ledger.leave(jobs[1], finished: false)
        let finished = ledger.takeFinished()
        #expect(finished.map(\.jobID) == [1])
        #expect(!ledger.isIdle)
        ledger.settle(finished, areGone: true)
        #expect(ledger.isIdle)
        ledger.stop()
        let afterStop = ledger.demands(rescans: true)
        #expect(afterStop.isEmpty)
    }
}
