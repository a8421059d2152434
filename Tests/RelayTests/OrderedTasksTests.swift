import TestSupport
import Testing
import Threads

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct OrderedTasksTests {
    private struct Broken: Error {}

    @Test("Results come in the order in which the tasks were added, whatever the order in which they end")
    func order() async throws {
        let tasks = OrderedTasks<Int>()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        tasks.add {
            for await _ in gate { break }
            return 1
        }
        tasks.add {
            // The second ends first, and lets the first go on.
            open.yield()
            return 2
        }
        let results = [try await tasks.next(), try await tasks.next(), try await tasks.next()]
        #expect(results == [1, 2, nil])
    }

    @Test("The weight is that of what was added and not taken")
    func weight() async throws {
        let tasks = OrderedTasks<Int>()
        tasks.add(weight: 5) { 1 }
        tasks.add(weight: 7) { 2 }
        #expect((tasks.weight, tasks.count) == (12, 2))
        _ = try await tasks.next()
        #expect((tasks.weight, tasks.count) == (7, 1))
    }

    @Test("A task that fails fails in its turn")
    func failure() async throws {
        let tasks = OrderedTasks<Int>()
        tasks.add { 1 }
        tasks.add { throw Broken() }
        #expect(try await tasks.next() == 1)
        await #expect(throws: Broken.self) { try await tasks.next() }
    }

    @Test("Whoever waits and is cancelled cancels the oldest task")
    func cancelled() async throws {
        let waiting = Task {
            let tasks = OrderedTasks<Int>()
            tasks.add {
                try await Task.sleep(for: .seconds(3600))
                return 1
            }
            return try await tasks.next()
        }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("What still runs when the owner goes away is cancelled")
    func ownerGone() async throws {
        let cancellations = Locked(0)
        do {
            let tasks = OrderedTasks<Int>()
            for _ in 0..<3 {
                tasks.add {
                    do {
                        try await Task.sleep(for: .seconds(3600))
                    } catch {
                        cancellations.withLock { $0 += 1 }
                        throw error
                    }
                    return 1
                }
            }
        }
        try await eventually { cancellations.withLock { $0 } == 3 }
    }
}
