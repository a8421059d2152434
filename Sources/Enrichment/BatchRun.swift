import Jobs
import Postgres
import Telemetry

/// One batch from its records to its results.
///
/// Each round reserves calls for what the cache does not know, makes them, and lets the waterfalls decide whom to
/// ask next (`BatchSearches`). Answers are stored in the transaction that ends the batch, or at the end of a round that is not
/// the last. A provider that cannot be asked costs the records that only it could have answered; what is known of the others is
/// in the result, and a retry asks for the rest.
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
    private var suspicion = Suspicion()

    init(job: Job, request: EnrichmentRequest, plan: EnrichmentPlan, number: Int, resources: EnrichmentResources) {
        (self.job, self.request, self.plan) = (job, request, plan)
        (self.number, self.resources) = (number, resources)
    }

    /// - Throws: `JobError` after what was learned has been stored; `LeaseLost` likewise.
    mutating func run() async throws {
        searches = try await BatchLoader(
            requestID: request.requestID, columnOfField: request.columnOfField, plan: plan, number: number
        ).load(resources.pool, attempt: job.attempt)
        guard !searches.isCancelled else {
            return try await resources.pool.transaction { [job] in try $0.finish(job) }
        }
        do {
            while let round = searches.openQuestions() { try await ask(round) }
            if let shortcoming = searches.shortcoming { try await fail(because: shortcoming) }
            try await finish()
        } catch {
            try await storeAnswers()
            throw error
        }
    }

    private mutating func ask(_ round: [String: [InputHash: Question]]) async throws {
        job.progress.report()
        try await storeAnswers()
        var progress = BatchProgress()
        for provider in round.keys.sorted() {
            guard let entry = try await entry(provider) else {
                progress.hasMoved = true
                continue
            }
            let questions = (round[provider] ?? [:]).values.sorted { $0.hash.hex < $1.hash.hex }
            try await ask(entry, questions, &progress)
        }
        if let failure = progress.failure {
            try await countFailure()
            throw JobError.retry(after: failure.delay, reason: failure.reason)
        }
        if !progress.hasMoved { try await wait(progress) }
    }

    private func wait(_ progress: BatchProgress) async throws {
        // Without a time to wait for somebody else is asking the same questions.
        let wait = progress.wait ?? .milliseconds(500)
        let reason = progress.reason ?? "waits for a limit of a provider, or for another batch that asks the same"
        guard progress.wait != nil, wait <= Self.longestHold else {
            let (requestID, cause) = (request.requestID, progress.cause)
            try await resources.pool.run {
                _ = try $0.execute(
                    EnrichmentRequest.noteWait(requestID, seconds: wait.seconds, cause: cause, because: reason))
            }
            throw JobError.postponed(for: wait, reason: reason)
        }
        try await Task.sleep(for: wait)
    }

    // MARK: Calls

    /// A provider that is there no more, or whose settings its adapter cannot use, is passed over.
    private mutating func entry(_ name: String) async throws -> ProviderRegistry.Entry? {
        do {
            return try await resources.registry.entry(name)
        } catch let error where error is ProviderError || error is ProviderSettingsError {
            searches.passOver(name, because: "\(error)")
            return nil
        }
    }

    /// Takes what is known, and makes calls for the rest.
    private mutating func ask(
        _ entry: ProviderRegistry.Entry, _ questions: [Question], _ progress: inout BatchProgress
    ) async throws {
        let name = entry.row.name
        let limiter = resources.limiters.limiter(of: name)
        let grant = try await limiter.reserve(wanted(questions, of: entry))
        searches.take(grant.known, from: name)
        progress.hasMoved = progress.hasMoved || !grant.known.isEmpty || !grant.calls.isEmpty
        if grant.calls.isEmpty, passOver(name, grant) {
            progress.hasMoved = true
            return
        }
        if let wait = grant.wait { progress.wait(wait, grant.reason, grant.cause) }
        let caller = ProviderCaller(
            entry: entry, limiter: limiter, pool: resources.pool, closesCircuit: grant.hasFailed)
        let outcomes = await caller.make(grant.calls)
        for outcome in outcomes {
            answers.take(outcome, from: entry.row)
            searches.take(outcome, from: name)
            if !outcome.answers.isEmpty { suspicion.clear(name) }
        }
        for outcome in outcomes { try take(outcome, of: name, &progress) }
    }

    private func wanted(_ questions: [Question], of entry: ProviderRegistry.Entry) -> WantedAnswers {
        let planner = CallPlanner(
            requestID: request.requestID, batchNumber: number, attempt: job.attempt,
            capabilities: searches.capabilities, since: job.attempt == 1 || searches.isRetried ? job.runAt : nil,
            failures: searches.failures)
        let name = entry.row.name
        return WantedAnswers(
            questions: questions, freshSince: request.freshSince, settingsHash: entry.row.settingsHash,
            fields: plan.requiredFields
        ) { [suspicion] in planner.calls(for: $0, of: entry.provider, suspicion, name: name) }
    }

    /// Whether it is of no use to wait for the provider: then others are asked, where there are any.
    private mutating func passOver(_ name: String, _ grant: Grant) -> Bool {
        if let refusal = grant.refusal { return searches.passOver(name, because: refusal) }
        guard let blockade = grant.blockade else { return false }
        let patience = BatchPatience(blockade)
        guard patience.isOver else { return false }
        return searches.passOver(name, because: blockade.reason, onlyForOthers: !patience.isOverForAll)
    }

    /// - Throws: an error of our own.
    private mutating func take(
        _ outcome: ProviderCaller.Outcome, of name: String, _ progress: inout BatchProgress
    ) throws {
        let hashes = outcome.questions.map(\.hash)
        switch outcome.setback {
        case nil: break
        case .wait(let duration, let reason): progress.wait(duration, reason, .provider)
        case .retry(let delay, let reason):
            if BatchPatience.isOver(after: searches.failures + 1) {
                searches.passOver(name, Set(hashes), because: reason)
            } else {
                progress.fail(delay, reason)
            }
        case .suspect(let reason):
            guard suspicion.blame(hashes, of: name) else { break }
            // Whoever refuses every single one means our mapping or our settings.
            let isHopeless = suspicion.isHopeless(name)
            searches.passOver(
                name, isHopeless ? nil : Set(hashes), because: reason, isWorthRetrying: isHopeless)
        case .passOver(let reason): searches.passOver(name, because: reason)
        case .error(let error): throw error
        }
    }

    // MARK: What is kept

    /// Keeps what was paid for, whatever becomes of the batch.
    private mutating func storeAnswers() async throws {
        guard !answers.isEmpty else { return }
        let pending = answers
        // Also when the task is cancelled: these answers are paid for.
        try await Task { [pool = resources.pool] in try await pool.transaction { try pending.store($0) } }.value
        answers.settle()
    }

    private func countFailure() async throws {
        let (requestID, number) = (request.requestID, number)
        try await resources.pool.run { _ = try $0.execute(BatchQueries.countFailure(requestID, batch: number)) }
    }

    private func finish() async throws {
        let (results, errors) = (searches.results, searches.errors)
        try await resources.endings.end(
            BatchEnding(number: number, job: job, answers: answers, results: results, errors: errors),
            of: request.requestID)
        EnrichmentMetrics.count(results, errors)
    }

    /// What could be found out is in the result; the job is dead, so that a retry asks for the rest.
    private mutating func fail(because reason: String) async throws {
        let (request, number, answers) = (request, number, answers)
        let (results, errors) = (searches.results, searches.errors)
        try await resources.pool.transaction { session in
            try session.keepOutcomes(request.requestID, number, answers, results, errors)
        }
        self.answers.settle()
        EnrichmentMetrics.count(results, errors)
        throw JobError.permanent(reason: reason)
    }
}
