import Jobs
import Postgres
import Telemetry

/// One batch from its records to its results.
///
/// Each round asks the cache, reserves calls for what it does not know, makes them, and lets the waterfalls decide whom to
/// ask next (`BatchSearches`). Answers are stored in the transaction that ends the batch, or at the end of a round that is not
/// the last.
struct BatchRun {
    /// A batch that would have to wait longer gives its slot back.
    private static let longestHold = Duration.seconds(5)

    let job: Job
    let request: EnrichmentRequest
    let plan: EnrichmentPlan
    let number: Int
    let resources: EnrichmentResources

    private var searches = BatchSearches()
    private var answers = AnswerBook()

    init(job: Job, request: EnrichmentRequest, plan: EnrichmentPlan, number: Int, resources: EnrichmentResources) {
        (self.job, self.request, self.plan) = (job, request, plan)
        (self.number, self.resources) = (number, resources)
    }

    /// - Throws: `JobError` after what was learned has been stored; `LeaseLost` likewise.
    mutating func run() async throws {
        searches = try await BatchLoader(request: request, plan: plan, number: number, attempt: job.attempt)
            .load(resources.pool)
        do {
            while let round = searches.openQuestions() { try await ask(round) }
            try await finish()
        } catch {
            try await storeAnswers()
            throw error
        }
    }

    private mutating func ask(_ round: [String: [InputHash: Question]]) async throws {
        job.progress.report()
        try await storeAnswers()
        var progress = Progress()
        for provider in round.keys.sorted() {
            let questions = round[provider] ?? [:]
            let found = try await lookUp(provider, questions)
            searches.take(found, from: provider)
            let missing = questions.values.filter { found[$0.hash] == nil }.sorted { $0.hash.hex < $1.hash.hex }
            progress.hasMoved = progress.hasMoved || !found.isEmpty
            if !missing.isEmpty { try await call(provider, missing, &progress) }
        }
        guard !progress.hasMoved else { return }
        try await wait(progress)
    }

    /// What stands in the way of those that were not asked.
    private struct Progress {
        var hasMoved = false
        var wait: Duration?
        var reason: String?
    }

    private func wait(_ progress: Progress) async throws {
        // Without a time to wait for somebody else is asking the same questions.
        let wait = progress.wait ?? .milliseconds(500)
        let reason = progress.reason ?? "waits for a limit of a provider, or for another batch that asks the same"
        guard progress.wait != nil, wait <= Self.longestHold else {
            throw JobError.postponed(for: wait, reason: reason)
        }
        try await Task.sleep(for: wait)
    }

    private func lookUp(
        _ provider: String, _ questions: [InputHash: Question]
    ) async throws -> [InputHash: AnswerBook.Known] {
        let hashes = questions.keys.map(\.hex)
        return try await resources.pool.run { session in
            let rows = try session.query(BatchQueries.lookUp(provider, hashes: hashes).prepared())
            return Dictionary(
                uniqueKeysWithValues: try rows.map { row in
                    let known = AnswerBook.Known(
                        isMatch: try row.get("is_match"), confidence: try row.get("confidence"))
                    return (InputHash(hex: try row.get("hash")), known)
                })
        }
    }

    private mutating func call(_ name: String, _ missing: [Question], _ progress: inout Progress) async throws {
        let entry = try await entry(name)
        let limiter = resources.limiters.limiter(of: name)
        let planner = CallPlanner(
            requestID: request.requestID, batchNumber: number, attempt: job.attempt,
            capabilities: searches.capabilities)
        let grant = try await limiter.reserve(planner.calls(for: missing, of: entry.provider))
        if grant.isSpent, grant.calls.isEmpty {
            throw JobError.permanent(
                reason: "\(grant.reason ?? ""): raise it with catalog provider add, then run catalog jobs retry")
        }
        if let wait = grant.wait { (progress.wait, progress.reason) = (max(wait, progress.wait ?? wait), grant.reason) }
        progress.hasMoved = progress.hasMoved || !grant.calls.isEmpty
        let caller = ProviderCaller(
            entry: entry, limiter: limiter, pool: resources.pool, closesCircuit: grant.hasFailed)
        let outcomes = await caller.make(grant.calls)
        for outcome in outcomes {
            answers.take(outcome, from: entry.row)
            searches.take(outcome, from: entry.row.name)
        }
        if let failure = outcomes.lazy.compactMap(\.failure).first { throw failure }
    }

    private func entry(_ name: String) async throws -> ProviderRegistry.Entry {
        do {
            return try await resources.registry.entry(name)
        } catch let error as ProviderError {
            throw JobError.permanent(reason: error.reason)
        } catch let error as ProviderSettingsError {
            throw JobError.permanent(reason: "\(error)")
        }
    }

    /// Keeps what was paid for, whatever becomes of the batch.
    private mutating func storeAnswers() async throws {
        guard !answers.isEmpty else { return }
        let pending = answers
        // Also when the task is cancelled: these answers are paid for.
        try await Task { [pool = resources.pool] in try await pool.transaction { try pending.store($0) } }.value
        answers.settle()
    }

    private func finish() async throws {
        let (request, number, job, answers) = (request, number, job, answers)
        let (results, errors) = (searches.results, searches.errors)
        try await resources.pool.transaction { session in
            try answers.store(session)
            try session.finishBatch(request.requestID, number, results, errors, job)
        }
        EnrichmentMetrics.count(results, errors)
    }
}
