import Testing

@testable import Jobs

@Suite struct WorkerPresenceTests {
    @Test("Only a registered worker judges others, and not soon after it lost its own connection")
    func judges() {
        let start = ContinuousClock.now
        var presence = WorkerPresence()
        func mayJudge(after seconds: Int) -> Bool {
            presence.mayJudge(at: start + .seconds(seconds), pause: .seconds(10))
        }
        #expect(!mayJudge(after: 0))
        presence.appear(1)
        #expect(mayJudge(after: 0))
        let numbers = [presence.vanish(at: start + .seconds(1)), presence.vanish(at: start + .seconds(2))]
        #expect(numbers == [1, nil])
        #expect(!mayJudge(after: 20))
        presence.appear(2)
        #expect(!mayJudge(after: 10))
        #expect(mayJudge(after: 11))
    }
}
