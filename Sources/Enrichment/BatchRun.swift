import Foundation
import Jobs
import Logging
import Postgres

/// One batch from its records to its results.
///
/// Each round asks the cache, reserves calls for what it does not know, makes them, and lets the waterfalls decide whom to
/// ask next. Answers are stored in the transaction that ends the batch, or at the end of a round that is not the last.
struct BatchRun {
    /// One field group of one record.
    private struct Search {
        var ordinal: Int
        var group: FieldGroup
        var question: Question
        var waterfall: Waterfall
        var error: BatchError?
    }

    /// Times a provider may leave an input out before it counts as an error.
    private static let patience = 2
    /// A batch that would have to wait longer gives its slot back.
    private static let longestHold = Duration.seconds(5)

    let job: Job
    let request: EnrichmentRequest
    let plan: EnrichmentPlan
    let number: Int
    let resources: EnrichmentResources

    private var searches: [Search] = []
    private var answers = AnswerBook()
    /// What an earlier attempt of this batch has paid for, by provider and hash.
    private var paid: Set<String> = []
    /// Times each question was left out, by provider and hash.
    private var omissions: [String: Int] = [:]

    init(job: Job, request: EnrichmentRequest, plan: EnrichmentPlan, number: Int, resources: EnrichmentResources) {
        (self.job, self.request, self.plan) = (job, request, plan)
        (self.number, self.resources) = (number, resources)
    }

    /// - Throws: `JobError` after what was learned has been stored; `LeaseLost` likewise.
    mutating func run() async throws {
        searches = try await load()
        do {
            while let round = openQuestions() { try await ask(round) }
            try await finish()
        } catch {
            try await storeAnswers()
            throw error
        }
    }

    /// What is to be asked of each provider now; nil if all is decided.
    private func openQuestions() -> [String: [InputHash: Question]]? {
        var open: [String: [InputHash: Question]] = [:]
        for search in searches {
            if let provider = search.waterfall.provider {
                open[provider, default: [:]][search.question.hash] = search.question
            }
        }
        return open.isEmpty ? nil : open
    }

    // MARK: Records

    private mutating func load() async throws -> [Search] {
        let (requestID, number, attempt) = (request.requestID, number, job.attempt)
        let known = request.columnOfField.sorted { $0.key.rawValue < $1.key.rawValue }
        if attempt > 1 {
            paid = try await resources.pool.run { session in
                try session.execute(ProviderLimit.markUnknown(requestID, batch: number, before: attempt))
                return Set(try session.query(ProviderLimit.selectPaid(requestID, batch: number)).compactMap { $0[0] })
            }
        }
        let rows = try await resources.pool.run { session in
            let statement = BatchQueries.selectRecords(requestID, batch: number, columns: known.map(\.value))
            return try session.query(statement.prepared()).map { row in
                (ordinal: try row.get("ordinal", as: Int.self), values: try row.get("values", as: [String].self))
            }
        }
        return rows.flatMap { row in
            let fields = Dictionary(uniqueKeysWithValues: zip(known.map(\.key), row.values))
            return searches(row.ordinal, ProviderInput(fields))
        }
    }

    private func searches(_ ordinal: Int, _ input: ProviderInput) -> [Search] {
        plan.groups.compactMap { group in
            guard let question = group.question(input) else { return nil }
            return Search(
                ordinal: ordinal, group: group,
                question: Question(hash: InputHash(group.capability, question), input: question),
                waterfall: Waterfall(plan.providers(of: group), minimumConfidence: plan.minimumConfidence))
        }
    }

    // MARK: A round

    private mutating func ask(_ round: [String: [InputHash: Question]]) async throws {
        job.progress.report()
        try await storeAnswers()
        var progress = Progress()
        for provider in round.keys.sorted() {
            let questions = round[provider] ?? [:]
            let found = try await lookUp(provider, questions)
            take(found, from: provider)
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
        let grant = try await limiter.reserve(planned(missing, entry))
        if grant.isSpent, grant.calls.isEmpty {
            throw JobError.permanent(
                reason: "\(grant.reason ?? ""): raise it with catalog provider add, then run catalog jobs retry")
        }
        if let wait = grant.wait { (progress.wait, progress.reason) = (max(wait, progress.wait ?? wait), grant.reason) }
        progress.hasMoved = progress.hasMoved || !grant.calls.isEmpty
        let caller = ProviderCaller(
            entry: entry, limiter: limiter, pool: resources.pool, closesCircuit: grant.hasFailed)
        let outcomes = await caller.make(grant.calls)
        for outcome in outcomes { take(outcome, entry) }
        if let failure = outcomes.lazy.compactMap(\.failure).first { throw failure }
    }

    /// Questions of one capability each, as many in a call as the provider takes.
    private func planned(_ missing: [Question], _ entry: ProviderRegistry.Entry) -> [PlannedCall] {
        let capabilities = Dictionary(
            searches.map { ($0.question.hash, $0.group.capability) }, uniquingKeysWith: { first, _ in first })
        let byCapability = Dictionary(grouping: missing) { capabilities[$0.hash] ?? .contactEnrich }
        return byCapability.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { capability, questions in
            let size = max(1, entry.provider.maximumInputs(capability))
            return stride(from: 0, to: questions.count, by: size).map { start in
                let part = Array(questions[start..<min(start + size, questions.count)])
                return PlannedCall(
                    capability: capability, questions: part, requestID: request.requestID, batchNumber: number,
                    attempt: job.attempt, credits: entry.provider.credits(inputs: part.count, matches: nil))
            }
        }
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

    // MARK: Answers

    /// Answers that were known before.
    private mutating func take(_ found: [InputHash: AnswerBook.Known], from provider: String) {
        for index in searches.indices where searches[index].waterfall.provider == provider {
            let hash = searches[index].question.hash
            guard let known = found[hash] else { continue }
            let isCached = paid.remove("\(provider) \(hash.hex)") == nil
            searches[index].waterfall.take(
                .init(
                    provider: provider, hash: hash, isMatch: known.isMatch, confidence: known.confidence,
                    isCached: isCached))
        }
    }

    private mutating func take(_ outcome: ProviderCaller.Outcome, _ entry: ProviderRegistry.Entry) {
        answers.end(outcome.end)
        var first: Set<InputHash> = []
        for (question, answer) in zip(outcome.questions, outcome.answers) {
            switch answer {
            case .unanswered: omissions["\(entry.row.name) \(question.hash.hex)", default: 0] += 1
            // The batch fails for it.
            case .limitExceeded: break
            case .match, .noMatch: answers.add(answer, to: question.hash, from: entry.row)
            }
        }
        let answered = Dictionary(
            zip(outcome.questions.map(\.hash), outcome.answers), uniquingKeysWith: { first, _ in first })
        for index in searches.indices where searches[index].waterfall.provider == entry.row.name {
            let hash = searches[index].question.hash
            guard let answer = answered[hash], answer != .limitExceeded else { continue }
            guard answer != .unanswered else {
                giveUpIfOmitted(index, entry.row.name)
                continue
            }
            searches[index].waterfall.take(
                .init(
                    provider: entry.row.name, hash: hash, isMatch: answer.isMatch, confidence: answer.confidence,
                    isCached: !first.insert(hash).inserted))
        }
    }

    private mutating func giveUpIfOmitted(_ index: Int, _ provider: String) {
        let search = searches[index]
        guard omissions["\(provider) \(search.question.hash.hex)", default: 0] >= Self.patience else { return }
        searches[index].waterfall.skip()
        searches[index].error = BatchError(
            ordinal: search.ordinal, group: search.group, provider: provider,
            error: "\(provider) left this record out of its answer")
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
        let results = searches.compactMap { search in
            search.waterfall.best.map { BatchResult(ordinal: search.ordinal, group: search.group, choice: $0) }
        }
        let errors = searches.compactMap { $0.waterfall.best == nil ? $0.error : nil }
        try await resources.pool.transaction { session in
            try answers.store(session)
            try session.finishBatch(request.requestID, number, results, errors, job)
        }
    }
}

extension ProviderAnswer {
    var isMatch: Bool { if case .match = self { true } else { false } }
    var confidence: Double { if case .match(_, let confidence) = self { confidence } else { 0 } }
}

extension Session {
    /// Stores the results of a batch, ends its job and counts it; the last batch of a request enqueues the output. The
    /// request's row is locked last, as all its batches meet there.
    fileprivate func finishBatch(
        _ requestID: String, _ number: Int, _ results: [BatchResult], _ errors: [BatchError], _ job: Job
    ) throws {
        let former = try first(
            BatchQueries.finish(requestID, batch: number, attempt: job.attempt).prepared())?.get(
                "state", as: String.self)
        if former != nil { try store(results, errors, of: requestID) }
        try finish(job, prepared: true)
        guard let former else { return }
        try countBatch(requestID, processed: 1, failed: former == "failed" ? -1 : 0)
    }

    /// A batch has results only when it is done, so that there are none before.
    private func store(_ results: [BatchResult], _ errors: [BatchError], of requestID: String) throws {
        if !results.isEmpty {
            let stored = try execute(BatchQueries.insertResults(requestID, results).prepared())
            guard stored == results.count else {
                throw JobError.retry(after: nil, reason: "answers vanished from the cache before they were used")
            }
        }
        if !errors.isEmpty { try execute(BatchQueries.insertErrors(requestID, errors)) }
    }

    /// Counts a batch that ended; who sees that all have ended enqueues the output.
    func countBatch(_ requestID: String, processed: Int, failed: Int) throws {
        let row = try first(EnrichmentRequest.count(requestID, processed: processed, failed: failed).prepared())
        if try row?.get("is_last") ?? false { try enqueue(EnrichmentStep.output(requestID)) }
    }
}
