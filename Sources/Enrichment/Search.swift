/// One field group of one record: what is asked, and who is asked next.
struct Search: Sendable {
    var ordinal: Int
    var group: FieldGroup
    var question: Question
    var waterfall: Waterfall
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
    /// Tries of this batch that failed at a provider, earlier ones included.
    let failures: Int
    /// The batch had failed, and somebody wants it tried again.
    let isRetried: Bool
    /// Nobody wants to know any more.
    let isCancelled: Bool

    init(
        _ searches: [Search] = [], paid: Set<String> = [], failures: Int = 0, isRetried: Bool = false,
        isCancelled: Bool = false
    ) {
        self.searches = searches
        self.paid = paid
        self.failures = failures
        self.isRetried = isRetried
        self.isCancelled = isCancelled
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
            search.waterfall.best.map {
                BatchResult(
                    ordinal: search.ordinal, group: search.group, choice: $0,
                    supplements: search.waterfall.supplements, note: search.waterfall.note)
            }
        }
    }

    var errors: [BatchError] {
        searches.compactMap { search in
            guard search.waterfall.best == nil, let last = search.waterfall.omissions.last else { return nil }
            return BatchError(
                ordinal: search.ordinal, group: search.group, provider: last.provider,
                error: search.waterfall.note ?? last.reason)
        }
    }

    /// Why a retry may find more; nil if all that can be found out is.
    var shortcoming: String? {
        searches.first { $0.waterfall.isIncomplete }?.waterfall.omissions.first(where: \.isWorthRetrying)?.reason
    }

    /// Answers that were known before.
    mutating func take(_ found: [InputHash: AnswerBook.Known], from provider: String) {
        for index in searches.indices where searches[index].waterfall.provider == provider {
            let hash = searches[index].question.hash
            guard let known = found[hash] else { continue }
            let isCached = paid.remove("\(provider) \(hash.hex)") == nil
            searches[index].waterfall.take(
                .init(
                    provider: provider, hash: hash, isMatch: known.isMatch, confidence: known.confidence,
                    isCached: isCached, fields: known.fields))
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
            // For a limit that was exceeded the provider is passed over.
            guard let answer = answered[hash], answer != .limitExceeded else { continue }
            guard answer != .unanswered else {
                giveUpIfOmitted(index, provider)
                continue
            }
            searches[index].waterfall.take(
                .init(
                    provider: provider, hash: hash, isMatch: answer.isMatch, confidence: answer.confidence,
                    isCached: !first.insert(hash).inserted, fields: answer.fields))
        }
    }

    private mutating func giveUpIfOmitted(_ index: Int, _ provider: String) {
        guard omissions["\(provider) \(searches[index].question.hash.hex)", default: 0] >= Self.mostOmissions else {
            return
        }
        searches[index].waterfall.passOver(
            because: "\(provider) left this record out of its answer", isWorthRetrying: false)
    }

    /// The provider cannot be asked: the next one is, where there is one.
    /// - Parameters:
    ///   - questions: nil means all that it was to be asked.
    ///   - isWorthRetrying: whether it is not for the question that it cannot.
    ///   - onlyForOthers: leaves those alone that nobody else can be asked.
    /// - Returns: whether anybody was.
    @discardableResult
    mutating func passOver(
        _ provider: String, _ questions: Set<InputHash>? = nil, because reason: String, isWorthRetrying: Bool = true,
        onlyForOthers: Bool = false
    ) -> Bool {
        var hasMoved = false
        for index in searches.indices where searches[index].waterfall.provider == provider {
            guard questions?.contains(searches[index].question.hash) ?? true else { continue }
            guard !onlyForOthers || searches[index].waterfall.hasAlternative else { continue }
            searches[index].waterfall.passOver(because: reason, isWorthRetrying: isWorthRetrying)
            hasMoved = true
        }
        return hasMoved
    }
}

extension ProviderAnswer {
    var isMatch: Bool { if case .match = self { true } else { false } }
    var confidence: Double { if case .match(_, let confidence) = self { confidence } else { 0 } }
    fileprivate var fields: Set<String> { if case .match(let fields, _) = self { Set(fields.keys) } else { [] } }
}
