import Testing

@testable import Postgres

@Suite struct TurnsTests {
    /// Waits until so many tasks are in the queue.
    private func waitUntil(_ turns: Turns, has count: Int) async {
        while turns.waiting != count { await Task.yield() }
    }

    @Test("Turns are passed on in the order of the queue")
    func order() async throws {
        let turns = Turns(1)
        try await turns.take()
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        var tasks: [Task<Void, any Error>] = []
        for number in 1...5 {
            tasks.append(
                Task {
                    try await turns.take()
                    continuation.yield(number)
                    turns.giveBack()
                })
            await waitUntil(turns, has: number)
        }
        turns.giveBack()
        for task in tasks { try await task.value }
        continuation.finish()
        let order = await stream.reduce(into: []) { $0.append($1) }
        #expect(order == [1, 2, 3, 4, 5])
    }

    @Test("A cancelled waiter leaves the queue and takes no turn with it")
    func cancelled() async throws {
        let turns = Turns(1)
        try await turns.take()
        let impatient = Task { try await turns.take() }
        await waitUntil(turns, has: 1)
        let patient = Task { try await turns.take() }
        await waitUntil(turns, has: 2)
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }
        #expect(turns.waiting == 1)
        turns.giveBack()
        try await patient.value
    }

    @Test("A task cancelled before gets no turn, even a free one")
    func cancelledBefore() async throws {
        let turns = Turns(1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await turns.take()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        try await turns.take()
    }

    @Test("No turn is lost or doubled when waiters are cancelled at any moment")
    func races() async throws {
        let turns = Turns(2)
        for _ in 0..<500 {
            let tasks = (0..<4).map { _ in
                Task {
                    try await turns.take()
                    turns.giveBack()
                }
            }
            tasks[1].cancel()
            tasks[3].cancel()
            for task in tasks { _ = await task.result }
        }
        try await turns.take()
        try await turns.take()
        let third = Task { try await turns.take() }
        await waitUntil(turns, has: 1)
        third.cancel()
        _ = await third.result
    }

    @Test("Closing refuses whoever waits and whoever comes")
    func closed() async throws {
        let turns = Turns(1)
        try await turns.take()
        let waiter = Task { try await turns.take() }
        await waitUntil(turns, has: 1)
        turns.close()
        await #expect(throws: PostgresError.self) { try await waiter.value }
        turns.giveBack()
        await #expect(throws: PostgresError.self) { try await turns.take() }
    }
}
