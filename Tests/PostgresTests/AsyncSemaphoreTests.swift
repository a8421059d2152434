import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(1))) struct AsyncSemaphoreTests {
    /// Waits until so many tasks are in the queue.
    private func waitUntil(_ semaphore: AsyncSemaphore, has count: Int) async throws {
        try await eventually { semaphore.waiting == count }
    }

    @Test("Tasks pass in the order in which they came")
    func order() async throws {
        let semaphore = AsyncSemaphore(1)
        try await semaphore.wait()
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        var tasks: [Task<Void, any Error>] = []
        for number in 1...5 {
            tasks.append(
                Task {
                    try await semaphore.wait()
                    continuation.yield(number)
                    semaphore.signal()
                })
            try await waitUntil(semaphore, has: number)
        }
        semaphore.signal()
        for task in tasks { try await task.value }
        continuation.finish()
        let order = await stream.reduce(into: []) { $0.append($1) }
        #expect(order == [1, 2, 3, 4, 5])
    }

    @Test("A cancelled waiter leaves the queue, and nobody waits longer for it")
    func cancelled() async throws {
        let semaphore = AsyncSemaphore(1)
        try await semaphore.wait()
        let impatient = Task { try await semaphore.wait() }
        try await waitUntil(semaphore, has: 1)
        let patient = Task { try await semaphore.wait() }
        try await waitUntil(semaphore, has: 2)
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }
        #expect(semaphore.waiting == 1)
        semaphore.signal()
        try await patient.value
    }

    @Test("A task cancelled before does not pass, even where nobody waits")
    func cancelledBefore() async throws {
        let semaphore = AsyncSemaphore(1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await semaphore.wait()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        try await semaphore.wait()
    }

    @Test("No place is lost or doubled when waiters are cancelled at any moment")
    func races() async throws {
        let semaphore = AsyncSemaphore(2)
        for _ in 0..<500 {
            let tasks = (0..<4).map { _ in
                Task {
                    try await semaphore.wait()
                    semaphore.signal()
                }
            }
            tasks[1].cancel()
            tasks[3].cancel()
            for task in tasks { _ = await task.result }
        }
        try await semaphore.wait()
        try await semaphore.wait()
        let third = Task { try await semaphore.wait() }
        try await waitUntil(semaphore, has: 1)
        third.cancel()
        _ = await third.result
    }

    @Test("Closing refuses whoever waits and whoever comes")
    func closed() async throws {
        let semaphore = AsyncSemaphore(1)
        try await semaphore.wait()
        let waiter = Task { try await semaphore.wait() }
        try await waitUntil(semaphore, has: 1)
        semaphore.close()
        await #expect(throws: PostgresError.self) { try await waiter.value }
        semaphore.signal()
        await #expect(throws: PostgresError.self) { try await semaphore.wait() }
    }
}
