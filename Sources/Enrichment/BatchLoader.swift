import Postgres

/// Reads the records of a batch and what an earlier attempt has paid for.
struct BatchLoader {
    let request: EnrichmentRequest
    let plan: EnrichmentPlan
    let number: Int
    let attempt: Int

    func load(_ pool: Pool) async throws -> BatchSearches {
        let (requestID, number, attempt) = (request.requestID, number, attempt)
        let known = request.columnOfField.sorted { $0.key.rawValue < $1.key.rawValue }
        var paid: Set<String> = []
        if attempt > 1 {
            paid = try await pool.run { session in
                try session.execute(ProviderLimit.markUnknown(requestID, batch: number, before: attempt))
                return Set(try session.query(ProviderLimit.selectPaid(requestID, batch: number)).compactMap { $0[0] })
            }
        }
        let rows = try await pool.run { session in
            let statement = BatchQueries.selectRecords(requestID, batch: number, columns: known.map(\.value))
            return try session.query(statement.prepared()).map { row in
                (ordinal: try row.get("ordinal", as: Int.self), values: try row.get("values", as: [String].self))
            }
        }
        let searches = rows.flatMap { row in
            let fields = Dictionary(uniqueKeysWithValues: zip(known.map(\.key), row.values))
            return self.searches(row.ordinal, ProviderInput(fields))
        }
        return BatchSearches(searches, paid: paid)
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
}
