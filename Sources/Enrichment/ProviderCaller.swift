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
        /// What it means for the batch; nil if it was answered.
        var setback: Setback?
    }

    /// What stands in the way of the questions of a call.
    enum Setback {
        /// The provider wants to be left alone: they are asked again after that.
        case wait(Duration, reason: String)
        /// Its trouble: the batch is tried again, not before the delay, and not for ever.
        case retry(after: Duration?, reason: String)
        /// One of them is to blame, nobody knows which.
        case suspect(reason: String)
        /// The provider is of no use for now: others are asked.
        case passOver(reason: String)
        /// Of our own: the task is cancelled, the database is away.
        case error(any Error)
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
            var isAllowed = call.isNoted
            if !isAllowed { isAllowed = try await limiter.admit(call.id, perSecond: entry.row.limits.perSecond) }
            guard isAllowed, !limiter.isBlocked else {
                return unmade(call, .wait(.seconds(1), reason: "\(name) asked for silence"))
            }
        } catch {
            return unmade(call, .error(error))
        }
        return await send(call)
    }

    private func send(_ call: GrantedCall) async -> Outcome {
        let begin = ContinuousClock.now
        defer { MetricFamily.enrichmentCall.observe(ContinuousClock.now - begin, name) }
        do {
            let inputs = call.plan.questions.map(\.input)
            let answers = try await entry.provider.call(call.plan.capability, inputs, noted(call))
            if closesCircuit { try await pool.run { [name] in _ = try $0.execute(ProviderLimit.succeed(name)) } }
            return await answered(call, answers)
        } catch let error as ProviderError {
            return await failed(call, error, after: ContinuousClock.now - begin)
        } catch {
            return Outcome(
                questions: call.plan.questions, end: end(call, .unknown, call.plan.credits, "\(error)"),
                setback: .error(error))
        }
    }

    /// Of the second its limit counts each request of a call.
    private func noted(_ call: GrantedCall) -> NotedCall {
        NotedCall(id: call.id) { [name, limiter, perSecond = entry.row.limits.perSecond] in
            guard try await limiter.admit(call.id, perSecond: perSecond), !limiter.isBlocked else {
                throw ProviderError(.throttled(retryAfter: .seconds(1)), "\(name) asked for silence")
            }
        }
    }

    private func answered(_ call: GrantedCall, _ answers: [ProviderAnswer]) async -> Outcome {
        let missing = call.plan.questions.count - answers.count
        let padded = answers + [ProviderAnswer](repeating: .unanswered, count: max(0, missing))
        let matches = answers.count(where: \.isMatch)
        let credits = entry.provider.credits(inputs: answers.count, matches: matches)
        var outcome = Outcome(
            questions: call.plan.questions, answers: padded, end: end(call, .answered, credits))
        if answers.contains(.limitExceeded) {
            outcome.setback = await setback(
                for: ProviderError(
                    .spent, "\(name) has used up what its subscription allows: raise it, then run catalog jobs retry"),
                after: .zero)
        }
        return outcome
    }

    private func unmade(_ call: GrantedCall, _ setback: Setback) -> Outcome {
        Outcome(questions: call.plan.questions, end: end(call, .unused, 0), setback: setback)
    }

    private func failed(_ call: GrantedCall, _ error: ProviderError, after age: Duration) async -> Outcome {
        let state: CallEnd.State = error.isOutcomeUnknown ? .unknown : .refused
        let ending = end(call, state, error.isOutcomeUnknown ? call.plan.credits : 0, error.reason)
        let setback = await setback(for: error, after: age)
        return Outcome(questions: call.plan.questions, end: ending, setback: setback)
    }

    /// Tells everybody what this failure means for the next call.
    /// - Returns: what it means for the batch.
    private func setback(for error: ProviderError, after age: Duration) async -> Setback {
        let (name, reason) = (name, error.reason)
        do {
            switch error.kind {
            case .throttled(let retryAfter):
                let wait = retryAfter ?? .seconds(Double.random(in: 1...5))
                limiter.block(for: wait)
                try await tell(ProviderLimit.block(name, seconds: wait.seconds, because: reason))
                return .wait(wait, reason: reason)
            case .unavailable:
                try await tell(ProviderLimit.fail(name, age: age.seconds, because: reason))
                return .retry(after: nil, reason: reason)
            case .notReady(let retryAfter): return .retry(after: retryAfter, reason: reason)
            case .invalid: return .suspect(reason: reason)
            case .refused, .unauthorized, .spent:
                try await tell(ProviderLimit.stop(name, because: reason))
                return .passOver(reason: reason)
            }
        } catch {
            return .error(error)
        }
    }

    private func tell(_ statement: Statement) async throws {
        try await pool.run { _ = try $0.execute(statement) }
    }

    private func end(_ call: GrantedCall, _ state: CallEnd.State, _ credits: Int, _ error: String? = nil) -> CallEnd {
        CallEnd(
            callID: call.id, provider: name, state: state, credits: credits,
            reserved: entry.row.limits.creditBudget == nil ? credits : call.plan.credits, error: error)
    }
}
