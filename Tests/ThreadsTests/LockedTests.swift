import Testing
import Threads

@Suite(.timeLimit(.minutes(1))) struct LockedTests {
    private struct Refused: Error {}

    @Test func onlyOneThreadAtATimeChangesTheValue() async throws {
        let counts = Locked([Int](repeating: 0, count: 2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    try await onThread(named: "count \(number)") {
                        for _ in 0..<20_000 {
                            counts.withLock { counts in
                                counts[0] += 1
                                counts[1] = counts[0]
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.withLock { $0 } == [80_000, 80_000])
    }

    @Test func anErrorLeavesTheLockFree() {
        let value = Locked("before")
        #expect(throws: Refused.self) {
            try value.withLock { value in
                value = "after"
                throw Refused()
            }
        }
        #expect(value.withLock { $0 } == "after")
    }

    @Test func theValueEndsWithItsLock() {
        final class Witness: Sendable {}
        weak var witness: Witness?
        do {
            let held = Locked(Witness())
            witness = held.withLock { $0 }
            #expect(witness != nil)
        }
        #expect(witness == nil)
    }
}
