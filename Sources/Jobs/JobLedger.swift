/// What a worker knows of its own jobs. Pure: it decides what to claim; others do it.
struct JobLedger {
    struct Held {
        var job: Job
        var task: Task<Void, Never>?
    }

    private struct Queue {
        var limit: Int
        var running = 0
        var floors = QueueFloors()
        /// The last claim was full: more may be there.
        var mayHaveMore = true
        /// A serial job ended while a claim was under way, which may have passed over its successor.
        var mayHaveMissed = false
    }

    private var queues: [String: Queue]
    private(set) var held: [Int: Held] = [:]
    private var finished: [Job] = []
    /// Being taken out of the queue.
    private var finishing = 0
    private(set) var isStopping = false

    init(concurrency: [String: Int]) {
        queues = concurrency.mapValues { Queue(limit: $0) }
    }

    /// Whether nothing runs and nothing waits to be taken out of the queue.
    var isIdle: Bool { held.isEmpty && finished.isEmpty && finishing == 0 }

    /// What to claim now; empty if every slot is taken or the worker stops.
    /// - Parameter rescans: looks from the beginning of each queue.
    mutating func demands(rescans: Bool) -> [QueueDemand] {
        guard !isStopping else { return [] }
        return queues.keys.sorted().compactMap { name in
            if rescans { queues[name]!.floors.reset() }
            queues[name]!.mayHaveMissed = false
            let queue = queues[name]!
            let free = queue.limit - queue.running
            // Whoever rang may have meant this queue: its next free slot looks.
            if free <= 0 { queues[name]!.mayHaveMore = true }
            return free > 0 ? QueueDemand(queue: name, limit: free, floors: queue.floors.floors) : nil
        }
    }

    /// Takes over what a claim brought.
    mutating func take(_ jobs: [Job], for demands: [QueueDemand], safe: String) {
        let byQueue = Dictionary(grouping: jobs, by: \.queue)
        for demand in demands {
            let brought = byQueue[demand.queue] ?? []
            queues[demand.queue]!.running += brought.count
            queues[demand.queue]!.mayHaveMore = brought.count >= demand.limit
            if !queues[demand.queue]!.mayHaveMissed {
                queues[demand.queue]!.floors.learn(from: brought, limit: demand.limit, safe: safe)
            }
        }
        for job in jobs { held[job.jobID] = Held(job: job) }
    }

    mutating func setTask(_ task: Task<Void, Never>, of job: Job) {
        held[job.jobID]?.task = task
    }

    /// A job left its slot.
    /// - Returns: whether it is worth to look for another one.
    mutating func leave(_ job: Job, finished isFinished: Bool) -> Bool {
        held[job.jobID] = nil
        queues[job.queue]!.running -= 1
        if isFinished { finished.append(job) }
        // Its successor was passed over while it ran.
        if job.serialKey != nil {
            queues[job.queue]!.floors.reset()
            queues[job.queue]!.mayHaveMissed = true
        }
        return queues[job.queue]!.mayHaveMore || job.serialKey != nil
    }

    mutating func takeFinished() -> [Job] {
        defer { finished = [] }
        finishing += finished.count
        return finished
    }

    /// What became of jobs taken by `takeFinished`.
    mutating func settle(_ jobs: [Job], areGone: Bool) {
        finishing -= jobs.count
        if !areGone { finished += jobs }
    }

    mutating func stop() { isStopping = true }
}
