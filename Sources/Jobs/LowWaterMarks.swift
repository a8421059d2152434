/// From where on a claim has to look at a queue, by priority: all that was ready before is taken.
///
/// Deleted jobs stay at the beginning of the index until vacuum may remove them, which a long transaction anywhere in the
/// database forbids. A claim that began there each time would walk over all of them. What commits late, or was locked or
/// blocked when its turn came, is found by the rescan, which looks from the beginning.
struct LowWaterMarks: Equatable {
    static let priorities = 1...4

    /// By priority from 1; nil is the beginning.
    private(set) var marks: [String?] = Array(repeating: nil, count: 4)

    /// Forgets all: the next claim looks from the beginning.
    mutating func reset() { self = LowWaterMarks() }

    /// Learns from a claim.
    /// - Parameters:
    ///   - jobs: what it brought of this queue.
    ///   - limit: what it was allowed to bring.
    ///   - horizon: some seconds before the claim began: a transaction that is still open may commit jobs ready since then.
    mutating func learn(from jobs: [Job], limit: Int, horizon: String) {
        guard jobs.count >= limit, let lowest = jobs.max(by: { ($0.priority, $0.jobID) < ($1.priority, $1.jobID) })
        else {
            marks = Array(repeating: horizon, count: 4)
            return
        }
        // Full: all of the priorities above the lowest were taken, of the lowest those up to the last one.
        for priority in Self.priorities where priority < lowest.priority { marks[priority - 1] = horizon }
        let last = jobs.filter { $0.priority == lowest.priority }.map(\.runAt).max() ?? horizon
        marks[lowest.priority - 1] = min(last, horizon)
    }
}
