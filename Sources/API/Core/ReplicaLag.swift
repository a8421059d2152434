/// How far a standby is behind its primary. Pure: the time is passed in.
///
/// Clocks of servers play no part. At each look the primary says how far its log is written, and the standby how far it has replayed: once it has
/// replayed that far, it has whatever was committed before that look.
struct ReplicaLag {
    /// A standby that is so many looks behind is far too old: older looks tell nothing more.
    private static let most = 1000

    private var marks: [(position: Int, at: ContinuousClock.Instant)] = []
    /// Whatever was committed before is there.
    private(set) var reached: ContinuousClock.Instant?

    /// - Parameters:
    ///   - position: of the primary's log, read after `at`.
    ///   - replayed: where the standby is by now; nil if it is none.
    mutating func note(_ position: Int, at: ContinuousClock.Instant, replayed: Int?) {
        marks.append((position, at))
        if marks.count > Self.most { marks.removeFirst() }
        guard let replayed else {
            reached = nil
            return
        }
        let count = marks.prefix { $0.position <= replayed }.count
        if count > 0 { reached = marks[count - 1].at }
        marks.removeFirst(count)
    }

    /// Nil if nothing is known.
    func lag(at now: ContinuousClock.Instant) -> Duration? { reached.map { now - $0 } }
}
