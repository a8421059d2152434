import Foundation
import Jobs
package import Postgres

/// What one call of a provider brought, for whoever sets it up.
package struct ProviderTrial: Sendable, Codable {
    package var provider: String
    package var capability: Capability
    /// Of the question, by our names.
    package var asked: [String: String]
    /// Without secrets; none of a provider that is asked without HTTP.
    package var exchanges: [ProviderTrace.Exchange]
    /// `match`, `no_match`, or `error`.
    package var outcome: String
    package var confidence: Double?
    /// What the mapping made of the answer.
    package var fields: [String: String]?
    package var error: String?
    package var credits: Int
}

/// Asks a provider once, within its limits: noted, and remembered, as any other call.
package struct ProviderTester: Sendable {
    private let pool: Pool
    private let factory: ProviderFactory
    private let trace: ProviderTrace

    /// - Parameter factory: its adapters write into the trace.
    package init(pool: Pool, factory: ProviderFactory, trace: ProviderTrace) {
        self.pool = pool
        self.factory = factory
        self.trace = trace
    }

    /// - Parameter group: nil takes the first that the provider gives and the input is enough for.
    /// - Throws: `EnrichmentFailure` if it cannot be asked this, or now; `ProviderSettingsError`.
    package func ask(_ name: String, _ input: ProviderInput, _ group: FieldGroup?) async throws -> ProviderTrial {
        guard let row = try await pool.run({ try $0.providers() }).first(where: { $0.name == name }) else {
            throw EnrichmentFailure("There is no provider '\(name)': catalog provider list shows all.")
        }
        let entry = ProviderRegistry.Entry(row: row, provider: try factory.make(row))
        let able = (group.map { [$0] } ?? FieldGroup.allCases).filter {
            entry.provider.capabilities.contains($0.capability)
        }
        guard let (group, asked) = able.lazy.compactMap({ group in group.question(input).map { (group, $0) } }).first
        else {
            throw EnrichmentFailure(
                "Provider '\(name)' cannot be asked with this: it gives \(able.map(\.rawValue).joined(separator: ", ")), and the "
                    + "values do not say enough for that.")
        }
        let question = Question(hash: InputHash(group.capability, group.identity(asked)), input: asked)
        let outcome = try await call(entry, question, group.capability)
        var book = AnswerBook()
        book.take(outcome, from: row)
        let answers = book
        try await pool.transaction { try answers.store($0) }
        return trial(entry, asked, group.capability, outcome)
    }

    private func call(
        _ entry: ProviderRegistry.Entry, _ question: Question, _ capability: Capability
    ) async throws -> ProviderCaller.Outcome {
        let now = Date().formatted(.iso8601)
        let creditsEach = entry.provider.credits(inputs: 1, matches: nil)
        let wanted = WantedAnswers(questions: [question], freshSince: now, settingsHash: entry.row.settingsHash) {
            $0.map { question in
                PlannedCall(
                    capability: capability, questions: [question], requestID: UUID().uuidString, batchNumber: 0,
                    attempt: 1, creditsEach: creditsEach, since: now)
            }
        }
        let limiter = RateLimiter(provider: entry.row.name, pool: pool)
        let grant = try await limiter.reserve(wanted)
        guard !grant.calls.isEmpty else {
            let reason = grant.refusal ?? grant.reason ?? "its limits are used up, or somebody is asking just this"
            throw EnrichmentFailure("Provider '\(entry.row.name)' cannot be asked now: \(reason).")
        }
        let caller = ProviderCaller(entry: entry, limiter: limiter, pool: pool, closesCircuit: grant.hasFailed)
        return await caller.make(grant.calls)[0]
    }

    private func trial(
        _ entry: ProviderRegistry.Entry, _ asked: ProviderInput, _ capability: Capability,
        _ outcome: ProviderCaller.Outcome
    ) -> ProviderTrial {
        var trial = ProviderTrial(
            provider: entry.row.name, capability: capability,
            asked: Dictionary(uniqueKeysWithValues: asked.known.map { ($0.field.rawValue, $0.value) }),
            exchanges: trace.exchanges, outcome: "error", error: outcome.end.error, credits: outcome.end.credits)
        switch outcome.answers.first {
        case .match(let fields, let confidence):
            (trial.outcome, trial.fields, trial.confidence) = ("match", fields, confidence)
        case .noMatch: trial.outcome = "no_match"
        case .unanswered: trial.error = "the answer says nothing of this input: look at results, inputs and matchBy"
        case .limitExceeded: trial.error = "what its subscription allows is used up"
        case nil: break
        }
        return trial
    }
}
