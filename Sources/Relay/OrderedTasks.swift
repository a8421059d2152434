/// Tasks that run at the same time and whose results are taken in the order in which they were added.
///
/// For one owner; what still runs when it goes away is cancelled.
final class OrderedTasks<Output: Sendable> {
    private var waiting: [(weight: Int, task: Task<Output, any Error>)] = []
    /// Of what was added and not taken.
    private(set) var weight = 0

    var count: Int { waiting.count }

    deinit {
        for entry in waiting { entry.task.cancel() }
    }

    /// - Parameter weight: what the owner bounds, such as bytes in memory.
    func add(weight: Int = 1, _ operation: @escaping @Sendable () async throws -> Output) {
        waiting.append((weight, Task(operation: operation)))
        self.weight += weight
    }

    /// The result of the oldest; nil if there is none.
    func next() async throws -> Output? {
        guard let entry = waiting.first else { return nil }
        let output = try await withTaskCancellationHandler {
            try await entry.task.value
        } onCancel: {
            entry.task.cancel()
        }
        // At once, because a task keeps its result.
        waiting.removeFirst()
        weight -= entry.weight
        return output
    }
}
