import Postgres
import Text

/// What a list would cost at most: if every provider knew nothing that those after it are asked, and matched all that it is asked.
package struct EnrichmentEstimate: Sendable, Codable, Equatable {
    /// Of one provider, in the order in which they are asked.
    package struct Line: Sendable, Codable, Equatable {
        package var provider: String
        /// Of different persons or companies, and not remembered.
        package var questions = 0
        /// Questions that are answered by what is remembered.
        package var remembered = 0
        package var calls = 0
        package var credits = 0
    }

    package var records: Int
    package var providers: [Line]
}

extension EnrichmentPipeline {
    /// Reads a list as it would be read, and counts what would be asked; nothing is asked, and nothing kept.
    /// - Throws: `EnrichmentFailure`.
    package func estimate(_ options: EnrichmentOptions, _ spool: ContactSpool) async throws -> EnrichmentEstimate {
        struct Counted: Error { var estimate: EnrichmentEstimate }

        let planned = try await planned(options)
        let entries = try await resources.registry.all(for: options.providers)
        do {
            return try await resources.pool.transaction { session in
                let new = NewEnrichment(source: .api, options: options)
                let loaded = try RecordLoader(requestID: new.requestID, limits: resources.limits, planned.options).load(
                    spool, session)
                var estimation = Estimation(plan: planned.plan, entries: entries, options: options)
                for number in 0..<BatchSplitter.batches(of: loaded.count) {
                    let loader = BatchLoader(
                        requestID: new.requestID, columnOfField: loaded.fields, plan: planned.plan, number: number)
                    try estimation.add(loader, session)
                }
                // So that the records are gone.
                throw Counted(estimate: EnrichmentEstimate(records: loaded.count, providers: estimation.lines))
            }
        } catch let counted as Counted {
            return counted.estimate
        }
    }
}

/// Follows each record through its waterfall with what is remembered; whatever is not is asked, and found by nobody.
private struct Estimation {
    private let entries: [ProviderRegistry.Entry]
    private let asksAll: Bool
    private let fields: [String]
    private(set) var lines: [EnrichmentEstimate.Line]
    /// Provider and beginning of the hash of what was counted.
    private var seen: Set<String> = []

    init(plan: EnrichmentPlan, entries: [ProviderRegistry.Entry], options: EnrichmentOptions) {
        let names = plan.groups.flatMap(plan.providers)
        let order = options.providers.isEmpty ? entries.map(\.row.name) : options.providers
        self.entries = order.compactMap { name in
            names.contains(name) ? entries.first { $0.row.name == name } : nil
        }
        lines = self.entries.map { EnrichmentEstimate.Line(provider: $0.row.name) }
        asksAll = options.refresh == true
        fields = plan.requiredFields
    }

    mutating func add(_ batch: BatchLoader, _ session: Session) throws {
        var searches = BatchSearches(try batch.searches(session))
        let capabilities = searches.capabilities
        while let round = searches.openQuestions() {
            for (index, entry) in entries.enumerated() {
                let (name, questions) = (entry.row.name, round[entry.row.name] ?? [:])
                guard !questions.isEmpty else { continue }
                let found = asksAll ? [:] : try remembered(Array(questions.keys), by: entry.row, session)
                searches.take(found, from: name)
                let missing = questions.values.filter { found[$0.hash] == nil }
                searches.take(
                    Dictionary(uniqueKeysWithValues: missing.map { ($0.hash, .init(isMatch: false, confidence: 0)) }),
                    from: name)
                lines[index].remembered += found.keys.count { isNew($0, name) }
                let planner = CallPlanner(
                    requestID: batch.requestID, batchNumber: batch.number, attempt: 1, capabilities: capabilities)
                let calls = planner.calls(for: missing.filter { isNew($0.hash, name) }, of: entry.provider)
                lines[index].questions += calls.reduce(0) { $0 + $1.questions.count }
                lines[index].calls += calls.count
                lines[index].credits += calls.reduce(0) { $0 + $1.credits }
            }
        }
    }

    private func remembered(
        _ hashes: [InputHash], by row: ProviderRow, _ session: Session
    ) throws -> [InputHash: AnswerBook.Known] {
        let lookUp = BatchQueries.lookUp(
            row.name, hashes: hashes.map(\.hex), settings: row.settingsHash, fields: fields)
        let known = try session.known(lookUp).compactMapValues(\.self)
        return Dictionary(uniqueKeysWithValues: known.map { (hashes[$0 - 1], $1) })
    }

    private mutating func isNew(_ hash: InputHash, _ provider: String) -> Bool {
        // 64 bits of a hash are enough to count by.
        seen.insert("\(provider) \(hash.hex.prefix(16))").inserted
    }
}
