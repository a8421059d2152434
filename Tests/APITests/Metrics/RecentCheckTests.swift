import TestSupport
import Testing
import Threads

@testable import API

@Suite(.timeLimit(.minutes(1))) struct RecentCheckTests {
    private struct Broken: Error {}

    @Test("However many ask, one check is made in two seconds; a failure is as old as any answer")
    func oneCheck() async throws {
        let time = TestClock()
        let checks = Locked(0)
        let check = RecentCheck(now: { time.now }) {
            // Lets all callers arrive before the answer.
            for _ in 0..<100 { await Task.yield() }
            let number = checks.withLock { checks in
                checks += 1
                return checks
            }
            if number == 2 { throw Broken() }
            return number
        }
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<500 { group.addTask { try await check.value() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(answers == [1])
        time.advance(2)
        for _ in 0..<3 { await #expect(throws: Broken.self) { try await check.value() } }
        time.advance(2)
        #expect(try await check.value() == 3)
        #expect(checks.withLock { $0 } == 3)
    }
}
