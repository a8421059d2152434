/// Whether other workers see this one, and whether it may judge others. Pure.
struct WorkerPresence {
    /// In `jobs.workers`; nil behind a pooler, or while the connection is lost.
    private(set) var number: Int?
    private var lost: ContinuousClock.Instant?

    mutating func appear(_ number: Int) { self.number = number }

    /// The connection is gone.
    /// - Returns: what was registered on it.
    mutating func vanish(at now: ContinuousClock.Instant) -> Int? {
        defer { number = nil }
        if number != nil { lost = now }
        return number
    }

    /// Who lost its own connection a moment ago has probably seen the server go: the others lost theirs too, and may be slower to come
    /// back.
    /// - Parameter pause: how long it leaves them alone then.
    func mayJudge(at now: ContinuousClock.Instant, pause: Duration) -> Bool {
        guard number != nil else { return false }
        return lost.map { now - $0 >= pause } ?? true
    }
}
