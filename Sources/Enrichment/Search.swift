/// One field group of one record: what is asked, and who is asked next.
struct Search: Sendable {
    var ordinal: Int
    var group: FieldGroup
    var question: Question
    var waterfall: Waterfall
    var error: BatchError?
}

/// All searches of a batch, and what became of them; decides, and does nothing else.
struct BatchSearches: Sendable {
    /// Times a provider may leave an input out before it counts as an error.
    private static let mostOmissions = 2

    private var searches: [Search]
    /// What an earlier attempt of this batch has paid for, by provider and hash.
    private var paid: Set<String>
    /// Times each question was left out, by provider and hash.
    private var omissions: [String: Int] = [:]

    init(_ searches: [Search] = [], paid: Set<String> = []) {
        self.searches = searches
        self.paid = paid
    }

    /// What is to be asked of each provider now; nil if all is decided.
    func openQuestions() -> [String: [InputHash: Question]]? {
        var open: [String: [InputHash: Question]] = [:]
        for search in searches {
            if let provider = search.waterfall.provider {
                open[provider, default: [:]][search.question.hash] = search.question
            }
        }
        return open.isEmpty ? nil : open
    }

    /// What each question asks for.
    var capabilities: [InputHash: Capability] {
        Dictionary(searches.map { ($0.question.hash, $0.group.capability) }, uniquingKeysWith: { first, _ in first })
    }

    var results: [BatchResult] {
        searches.compactMap { search in
            search.waterfall.best.map { BatchResult(ordinal: search.ordinal, group: search.group, choice: $0) }
        }
    }

    var errors: [BatchError] { searches.compactMap { $0.waterfall.best == nil ? $0.error : nil } }

    /// Answers that were known before.
    mutating func take(_ found: [InputHash: AnswerBook.Known], from provider: String) {
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

    /// Answers of a call.
    mutating func take(_ outcome: ProviderCaller.Outcome, from provider: String) {
        for (question, answer) in zip(outcome.questions, outcome.answers) where answer == .unanswered {
            omissions["\(provider) \(question.hash.hex)", default: 0] += 1
        }
        var first: Set<InputHash> = []
        let answered = Dictionary(
            zip(outcome.questions.map(\.hash), outcome.answers), uniquingKeysWith: { first, _ in first })
        for index in searches.indices where searches[index].waterfall.provider == provider {
            let hash = searches[index].question.hash
            // The batch fails for a limit that was exceeded.
            guard let answer = answered[hash], answer != .limitExceeded else { continue }
            guard answer != .unanswered else {
                giveUpIfOmitted(index, provider)
                continue
            }
            searches[index].waterfall.take(
                .init(
                    provider: provider, hash: hash, isMatch: answer.isMatch, confidence: answer.confidence,
                    isCached: !first.insert(hash).inserted))
        }
    }

    private mutating func giveUpIfOmitted(_ index: Int, _ provider: String) {
        let search = searches[index]
        guard omissions["\(provider) \(search.question.hash.hex)", default: 0] >= Self.mostOmissions else { return }
        searches[index].waterfall.skip()
        searches[index].error = BatchError(
            ordinal: search.ordinal, group: search.group, provider: provider,
            error: "\(provider) left this record out of its answer")
    }
}

extension ProviderAnswer {
    var isMatch: Bool { if case .match = self { true } else { false } }
    var confidence: Double { if case .match(_, let confidence) = self { confidence } else { 0 } }
}
