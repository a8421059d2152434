import Postgres

/// Reads the records of a batch and what an earlier attempt has paid for.
struct BatchLoader {
    let requestID: String
    let columnOfField: [ContactField: String]
    let plan: EnrichmentPlan
    let number: Int

    func load(_ pool: Pool, attempt: Int) async throws -> BatchSearches {
        let history =
            attempt > 1
            ? try await pool.run { [requestID, number] in
                try $0.history(of: requestID, number, before: attempt)
            } : .init()
        let searches = try await pool.run { session in try self.searches(session) }
        return BatchSearches(
            searches, paid: history.paid, failures: history.failures, isRetried: history.isRetried,
            isCancelled: history.isCancelled)
    }

    /// What is asked about each record.
    func searches(_ session: Session) throws -> [Search] {
        let known = columnOfField.sorted { $0.key.rawValue < $1.key.rawValue }
        let statement = BatchQueries.selectRecords(requestID, batch: number, columns: known.map(\.value))
        return try session.query(statement.prepared()).flatMap { row in
            let fields = known.indices.map { (key: known[$0].key, value: row[$0 + 1] ?? "") }
            return searches(try row.get("ordinal"), ProviderInput(fields))
        }
    }

    private func searches(_ ordinal: Int, _ input: ProviderInput) -> [Search] {
        plan.groups.compactMap { group in
            guard let question = group.question(input) else { return nil }
            return Search(
                ordinal: ordinal, group: group,
                question: Question(hash: InputHash(group.capability, group.identity(question)), input: question),
                waterfall: Waterfall(
                    plan.providers(of: group), minimumConfidence: plan.minimumConfidence,
                    required: plan.required(of: group)))
        }
    }
}

/// What earlier attempts of a batch left.
private struct BatchHistory: Sendable {
    /// Provider and hash of what it has been answered.
    var paid: Set<String> = []
    var failures = 0
    var isRetried = false
    var isCancelled = false
}

extension Session {
    /// Ends the calls of earlier attempts, too.
    fileprivate func history(of requestID: String, _ number: Int, before attempt: Int) throws -> BatchHistory {
        _ = try query(ProviderLimit.endLost(requestID, batch: number, before: attempt))
        let row = try first(BatchQueries.begin(requestID, batch: number))
        return BatchHistory(
            paid: Set(try query(ProviderLimit.selectPaid(requestID, batch: number)).compactMap { $0[0] }),
            failures: try row?.get("failures") ?? 0, isRetried: try row?.get("is_retried") ?? false,
            isCancelled: try row?.get("is_cancelled") ?? false)
    }
}
