import Testing

@testable import Jobs

@Suite struct JobLedgerTests {
    @Test("A serial job that ends during a claim keeps the claim from hiding its successor")
    func serialEnd() {
        var ledger = JobLedger(concurrency: ["q": 2])
        let serial = Job.make(serialKey: "s")
        ledger.take([serial], for: ledger.demands(rescans: true), horizon: "2025")
        let demands = ledger.demands(rescans: false)
        _ = ledger.leave(serial, .finishedByHandler)
        ledger.take([], for: demands, horizon: "2026")
        let next = ledger.demands(rescans: false)
        #expect(next.map(\.marks) == [[nil, nil, nil, nil]])
        ledger.take([], for: next, horizon: "2027")
        let last = ledger.demands(rescans: false)
        #expect(last.map(\.marks) == [["2027", "2027", "2027", "2027"]])
    }

    @Test("The successor of a serial job is looked for once the queue knows of the end, not before")
    func serialOutcome() {
        var ledger = JobLedger(concurrency: ["q": 2])
        let serial = Job.make(serialKey: "s")
        ledger.take([serial], for: ledger.demands(rescans: true), horizon: "2025")
        let departure = ledger.leave(serial, .finished)
        #expect(departure?.looksForMore == false)
        let outcomes = ledger.takeOutcomes()
        let isSettledEarly = ledger.settle(outcomes, unrecorded: outcomes)
        #expect(!isSettledEarly)
        let rest = ledger.takeOutcomes()
        let isSettled = ledger.settle(rest, unrecorded: [])
        #expect(isSettled)
        let next = ledger.demands(rescans: false)
        #expect(next.map(\.marks) == [[nil, nil, nil, nil]])
    }

    @Test("A claim that a crash of the server lost, and that came again with the same attempt, costs no slot for ever")
    func lostClaim() {
        var ledger = JobLedger(concurrency: ["q": 2])
        let (lost, again) = (Job.make(), Job.make())
        ledger.take([lost], for: ledger.demands(rescans: false), horizon: "2025")
        ledger.take([again], for: ledger.demands(rescans: true), horizon: "2025")
        let noneFree = ledger.demands(rescans: false)
        #expect(noneFree.isEmpty)
        _ = ledger.leave(again, .finishedByHandler)
        _ = ledger.leave(lost, .leaseLost)
        let free = ledger.demands(rescans: false)
        #expect(free.map(\.limit) == [2])
    }

    @Test("A worker claims for its free slots only, and nothing once it stops")
    func slots() {
        var ledger = JobLedger(concurrency: ["q": 2])
        let demands = ledger.demands(rescans: false)
        #expect(demands.map(\.limit) == [2])
        let jobs = [Job.make(id: 1), Job.make(id: 2)]
        ledger.take(jobs, for: demands, horizon: "2025")
        let noneFree = ledger.demands(rescans: false)
        #expect(noneFree.isEmpty)
        let departure = ledger.leave(jobs[0], .finished)
        #expect(departure?.looksForMore == true)
        let oneFree = ledger.demands(rescans: false)
        #expect(oneFree.map(\.limit) == [1])
        #expect(!ledger.isIdle)
        _ = ledger.leave(jobs[1], .leaseLost)
        let outcomes = ledger.takeOutcomes()
        #expect(outcomes.map(\.job.jobID) == [1])
        #expect(!ledger.isIdle)
        _ = ledger.settle(outcomes, unrecorded: [])
        #expect(ledger.isIdle)
        ledger.stop()
        let afterStop = ledger.demands(rescans: true)
        #expect(afterStop.isEmpty)
    }

    @Test("A job that is claimed again while its former task still runs is another claim")
    func claimedAgain() {
        var ledger = JobLedger(concurrency: ["q": 2])
        let (former, present) = (Job.make(attempt: 1), Job.make(attempt: 2))
        ledger.take([former], for: ledger.demands(rescans: false), horizon: "2025")
        ledger.take([present], for: ledger.demands(rescans: false), horizon: "2025")
        _ = ledger.leave(former, .leaseLost)
        #expect(ledger.held.values.map(\.job.attempt) == [2])
        let again = ledger.leave(former, .leaseLost)
        #expect(again == nil)
        let free = ledger.demands(rescans: false)
        #expect(free.map(\.limit) == [1])
    }

    @Test("A job without progress is told to stop once, and abandoned when it does not")
    func stalls() {
        var ledger = JobLedger(concurrency: ["q": 2, "slow": 2])
        let jobs = [Job.make(id: 1), Job.make(queue: "slow", id: 2)]
        ledger.take(jobs, for: ledger.demands(rescans: false), horizon: "2025")
        var limits = JobWorkerConfiguration.TimeLimits()
        limits.standard = .seconds(60)
        limits.byQueue = ["slow": .seconds(600)]
        limits.patience = .seconds(10)
        let claim = jobs[1].progress.lastReport
        let before = ledger.findStalls(limits, now: claim + .seconds(59))
        #expect(before.stopped.isEmpty)
        let atLimit = ledger.findStalls(limits, now: claim + .seconds(60))
        #expect(atLimit.stopped.map(\.job.jobID) == [1])
        #expect(ledger.isStalled(jobs[0]))
        let between = ledger.findStalls(limits, now: claim + .seconds(65))
        #expect(between.stopped.isEmpty && between.abandoned.isEmpty)
        let afterPatience = ledger.findStalls(limits, now: claim + .seconds(70))
        #expect(afterPatience.abandoned.map(\.job.jobID) == [1])
    }
}
