/// What a worker knows of its own jobs. Pure: it decides what to claim and what to stop; others do it.
struct JobLedger {
    /// One claim of one job: the same job may be claimed again while the task of the former claim still runs.
    ///
    /// Not job and attempt: a crash of the server may lose a claim, which then comes again with the same attempt while the task of the
    /// first one still runs. Each has a slot, and each has to give it back.
    struct ClaimID: Hashable {
        private var claim: ObjectIdentifier

        init(_ job: Job) { claim = ObjectIdentifier(job.progress) }
    }

    struct Held {
        var job: Job
        var began = ContinuousClock.now
        /// The claim, or the last heartbeat that the server took.
        var renewed = ContinuousClock.now
        var task: Task<Void, Never>?
        /// When it was told to stop, because it showed no progress.
        var stalledAt: ContinuousClock.Instant?
    }

    /// What follows from a job's leaving its slot.
    struct Departure {
        var began: ContinuousClock.Instant
        /// Whether it is worthwhile to look for another one.
        var looksForMore: Bool
    }

    private struct Queue {
        var limit: Int
        var running = 0
        var marks = LowWaterMarks()
        /// The last claim was full: more may be there.
        var mayHaveMore = true
        /// A serial job ended while a claim was under way, which may have passed over its successor.
        var mayHaveMissed = false
    }

    private var queues: [String: Queue]
    private(set) var held: [ClaimID: Held] = [:]
    private var outcomes: [JobOutcome] = []
    /// Being recorded.
    private var recording = 0
    /// Nothing is claimed any more.
    private(set) var isStopping = false
    /// No handler runs any more: what waits to be recorded is the last.
    private(set) var isDrained = false

    init(concurrency: [String: Int]) {
        queues = concurrency.mapValues { Queue(limit: $0) }
    }

    /// Whether nothing runs and nothing waits to be recorded.
    var isIdle: Bool { held.isEmpty && outcomes.isEmpty && recording == 0 }

    var holdsSerialKey: Bool { held.values.contains { $0.job.serialKey != nil } }

    /// Whether nothing is left that the queue has to be told.
    var isRecorded: Bool { outcomes.isEmpty && recording == 0 }

    mutating func stop() { isStopping = true }

    mutating func markDrained() { isDrained = true }
}

/// Claims.
extension JobLedger {
    /// What to claim now; empty if every slot is taken or the worker stops.
    /// - Parameter rescans: looks from the beginning of each queue.
    mutating func demands(rescans: Bool) -> [QueueDemand] {
        guard !isStopping else { return [] }
        return queues.keys.sorted().compactMap { name in
            if rescans { queues[name]!.marks.reset() }
            queues[name]!.mayHaveMissed = false
            let queue = queues[name]!
            let free = queue.limit - queue.running
            // The signal may have been for this queue: its next free slot looks.
            if free <= 0 { queues[name]!.mayHaveMore = true }
            return free > 0 ? QueueDemand(queue: name, limit: free, marks: queue.marks.marks) : nil
        }
    }

    /// Takes over what a claim brought.
    /// - Parameter horizon: see `LowWaterMarks.learn`.
    mutating func take(_ jobs: [Job], for demands: [QueueDemand], horizon: String) {
        let byQueue = Dictionary(grouping: jobs, by: \.queue)
        for demand in demands {
            let brought = byQueue[demand.queue] ?? []
            queues[demand.queue]!.running += brought.count
            queues[demand.queue]!.mayHaveMore = brought.count >= demand.limit
            if !queues[demand.queue]!.mayHaveMissed {
                queues[demand.queue]!.marks.learn(from: brought, limit: demand.limit, horizon: horizon)
            }
        }
        for job in jobs { held[ClaimID(job)] = Held(job: job) }
    }

    mutating func markRenewed(_ jobs: [Job], at now: ContinuousClock.Instant) {
        for job in jobs { held[ClaimID(job)]?.renewed = now }
    }

    mutating func setTask(_ task: Task<Void, Never>, of job: Job) {
        held[ClaimID(job)]?.task = task
    }
}

/// Ends.
extension JobLedger {
    /// A job leaves its slot.
    /// - Returns: nil if it has left before.
    mutating func leave(_ job: Job, _ end: JobEnd) -> Departure? {
        guard let held = held.removeValue(forKey: ClaimID(job)) else { return nil }
        queues[job.queue]!.running -= 1
        if end.isToBeRecorded {
            outcomes.append(JobOutcome(job: job, end: end))
        } else {
            freeSerialKey(of: job)
        }
        let freesSuccessor = job.serialKey != nil && !end.isToBeRecorded
        return Departure(began: held.began, looksForMore: queues[job.queue]!.mayHaveMore || freesSuccessor)
    }

    /// Its successor was passed over while it ran.
    private mutating func freeSerialKey(of job: Job) {
        guard job.serialKey != nil else { return }
        queues[job.queue]!.marks.reset()
        queues[job.queue]!.mayHaveMissed = true
    }

    mutating func takeOutcomes() -> [JobOutcome] {
        defer { outcomes = [] }
        recording += outcomes.count
        return outcomes
    }

    /// What became of outcomes taken by `takeOutcomes`.
    /// - Parameter unrecorded: those of them that are tried again.
    /// - Returns: whether it is worthwhile to look for a successor.
    mutating func settle(_ taken: [JobOutcome], unrecorded: [JobOutcome]) -> Bool {
        recording -= taken.count
        outcomes += unrecorded
        let waiting = Set(unrecorded.map { ClaimID($0.job) })
        let serial = taken.filter { $0.job.serialKey != nil && !waiting.contains(ClaimID($0.job)) }
        for outcome in serial { freeSerialKey(of: outcome.job) }
        return !serial.isEmpty
    }
}

/// Jobs that hang.
extension JobLedger {
    struct Stalls {
        /// To be told to stop.
        var stopped: [Held] = []
        /// Did not stop when told: their jobs fail without them.
        var abandoned: [Held] = []
    }

    /// Finds the jobs that showed no progress for longer than they may, and remembers that they are told to stop.
    mutating func findStalls(_ limits: JobWorkerConfiguration.TimeLimits, now: ContinuousClock.Instant) -> Stalls {
        var stalls = Stalls()
        for (id, entry) in held {
            if let stalledAt = entry.stalledAt {
                if now - stalledAt >= limits.patience { stalls.abandoned.append(entry) }
            } else if now - entry.job.progress.lastReport >= limits.limit(of: entry.job.queue) {
                held[id]!.stalledAt = now
                stalls.stopped.append(entry)
            }
        }
        return stalls
    }

    func isStalled(_ job: Job) -> Bool { held[ClaimID(job)]?.stalledAt != nil }
}
