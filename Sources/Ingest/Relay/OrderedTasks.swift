/// Tasks that run at the same time and whose results are taken in the order in which they were added.
///
/// For one owner; what still runs when it goes away is cancelled.
final class OrderedTasks<Output: Sendable> {
    private var waiting: [(weight: Int, task: Task<Output, any Error>)] = []
    private var first = 0
    /// Of what was added and not taken.
    private(set) var weight = 0

    var count: Int { waiting.count - first }

    deinit {
        for entry in waiting[first...] { entry.task.cancel() }
    }

    /// - Parameter weight: what the owner bounds, such as bytes in memory.
    func add(weight: Int = 1, _ operation: @escaping @Sendable () async throws -> Output) {
        waiting.append((weight, Task(operation: operation)))
        self.weight += weight
    }

    /// The result of the oldest; nil if there is none.
    func next() async throws -> Output? {
        guard first < waiting.count else { return nil }
        let entry = waiting[first]
        let output = try await withTaskCancellationHandler {
            try await entry.task.value
        } onCancel: {
            entry.task.cancel()
        }
        first += 1
        weight -= entry.weight
        if first == waiting.count || first > 1000 {
            waiting.removeFirst(first)
            first = 0
        }
        return output
    }
}
