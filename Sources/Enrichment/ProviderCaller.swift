import Jobs
import Postgres
import Telemetry

/// Makes reserved calls, each at its time, and says what their failures mean.
struct ProviderCaller: Sendable {
    /// What became of a call.
    struct Outcome: Sendable {
        var questions: [Question]
        /// One for each question, unless the call failed.
        var answers: [ProviderAnswer] = []
        var end: CallEnd
        /// What it means for the batch.
        var failure: (any Error)?
    }

    let entry: ProviderRegistry.Entry
    let limiter: RateLimiter
    let pool: Pool
    /// The provider has failed lately: a success is worth a statement.
    let closesCircuit: Bool

    private var name: String { entry.row.name }

    /// Makes all calls, at once as far as their times allow.
    func make(_ calls: [GrantedCall]) async -> [Outcome] {
        await withTaskGroup(of: Outcome.self) { group in
            for call in calls { group.addTask { await makeCounted(call) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func makeCounted(_ call: GrantedCall) async -> Outcome {
        let outcome = await make(call)
        MetricFamily.enrichmentCalls.add(1, name, outcome.end.state.rawValue)
        MetricFamily.enrichmentCreditsUsed.add(outcome.end.credits, name)
        return outcome
    }

    private func make(_ call: GrantedCall) async -> Outcome {
        do {
            if call.start > .now { try await Task.sleep(until: call.start) }
            let moment = limiter.admit(perSecond: entry.row.limits.perSecond)
            if moment > .now { try await Task.sleep(until: moment) }
        } catch {
            return unmade(call, error)
        }
        guard !limiter.isBlocked else {
            return unmade(call, JobError.postponed(for: .seconds(1), reason: "\(name) asked for silence"))
        }
        let begin = ContinuousClock.now
        defer { MetricFamily.enrichmentCall.observe(ContinuousClock.now - begin, name) }
        do {
            let inputs = call.plan.questions.map(\.input)
            let answers = try await entry.provider.call(call.plan.capability, inputs, callID: call.id)
            if closesCircuit { try await pool.run { [name] in _ = try $0.execute(ProviderLimit.succeed(name)) } }
            return answered(call, answers)
        } catch let error as ProviderError {
            return await failed(call, error)
        } catch {
            return Outcome(
                questions: call.plan.questions, end: end(call, .unknown, call.plan.credits, "\(error)"), failure: error)
        }
    }

    private func answered(_ call: GrantedCall, _ answers: [ProviderAnswer]) -> Outcome {
        let missing = call.plan.questions.count - answers.count
        let padded = answers + [ProviderAnswer](repeating: .unanswered, count: max(0, missing))
        let matches = answers.count(where: \.isMatch)
        let credits = entry.provider.credits(inputs: answers.count, matches: matches)
        return Outcome(
            questions: call.plan.questions, answers: padded, end: end(call, .answered, credits),
            failure: answers.contains(.limitExceeded)
                ? JobError.permanent(
                    reason: "\(name) has used up what its subscription allows: raise it, then run catalog jobs retry")
                : nil)
    }

    private func unmade(_ call: GrantedCall, _ error: any Error) -> Outcome {
        Outcome(questions: call.plan.questions, end: end(call, .unused, 0), failure: error)
    }

    private func failed(_ call: GrantedCall, _ error: ProviderError) async -> Outcome {
        let state: CallEnd.State = error.isOutcomeUnknown ? .unknown : .refused
        let ending = end(call, state, error.isOutcomeUnknown ? call.plan.credits : 0, error.reason)
        let failure: any Error
        do {
            failure = try await consequence(of: error)
        } catch {
            failure = error
        }
        return Outcome(questions: call.plan.questions, end: ending, failure: failure)
    }

    /// Tells everybody what this failure means for the next call.
    /// - Returns: what it means for the batch.
    private func consequence(of error: ProviderError) async throws -> JobError {
        let (name, reason) = (name, error.reason)
        switch error.kind {
        case .throttled(let retryAfter):
            let wait = retryAfter ?? .seconds(Double.random(in: 1...5))
            limiter.block(for: wait)
            try await pool.run { session in
                _ = try session.execute(ProviderLimit.block(name, seconds: wait.seconds, because: reason))
            }
            return .postponed(for: wait, reason: reason)
        case .unavailable:
            try await pool.run { session in
                let fraction = Double.random(in: 0...1)
                _ = try session.execute(ProviderLimit.fail(name, fraction: fraction, because: reason))
            }
            return .retry(after: nil, reason: reason)
        case .refused, .unauthorized: return .permanent(reason: reason)
        }
    }

    private func end(_ call: GrantedCall, _ state: CallEnd.State, _ credits: Int, _ error: String? = nil) -> CallEnd {
        CallEnd(
            callID: call.id, provider: name, state: state, credits: credits,
            reserved: entry.row.limits.creditBudget == nil ? credits : call.plan.credits, error: error)
    }
}
