import Postgres
import Text

/// Answers and ends of calls that wait to be stored.
struct AnswerBook: Sendable {
    /// What the cache says of a question.
    struct Known: Sendable {
        var isMatch: Bool
        var confidence: Double
        /// Required fields that it has.
        var fields: Set<String> = []
    }

    /// What a provider said, as the cache keeps it.
    struct Answer: Sendable {
        var provider: String
        var hash: InputHash
        /// Of the provider's settings.
        var settingsHash: Int?
        /// Nil for no match.
        var confidence: Double?
        /// As JSON in one line; empty for no match.
        var fields = ""
        /// How long it is believed.
        var seconds: Int
    }

    private(set) var answers: [Answer] = []
    private var ends: [CallEnd] = []
    /// Provider and hash of answers this batch has paid for.
    private var fresh: Set<String> = []

    init() {}

    /// What stands in several.
    init(_ books: [AnswerBook]) {
        for book in books {
            answers += book.answers
            ends += book.ends
        }
    }

    var isEmpty: Bool { answers.isEmpty && ends.isEmpty }

    /// What a call brought; what was not answered is asked again.
    mutating func take(_ outcome: ProviderCaller.Outcome, from row: ProviderRow) {
        ends.append(outcome.end)
        for (question, answer) in zip(outcome.questions, outcome.answers) {
            switch answer {
            case .match, .noMatch: add(answer, to: question.hash, from: row)
            case .unanswered, .limitExceeded: break
            }
        }
    }

    private mutating func add(_ answer: ProviderAnswer, to hash: InputHash, from row: ProviderRow) {
        guard fresh.insert("\(row.name) \(hash.hex)").inserted else { return }
        var new = Answer(provider: row.name, hash: hash, settingsHash: row.settingsHash, seconds: row.missSeconds)
        if case .match(let fields, let confidence) = answer {
            var json = JSONWriter()
            json.object(fields)
            (new.confidence, new.fields, new.seconds) = (min(1, max(0, confidence)), json.text, row.cacheSeconds)
        }
        answers.append(new)
    }

    /// Writes all of it. Needs a transaction.
    func store(_ session: Session) throws {
        if !answers.isEmpty { try session.execute(BatchQueries.remember(answers).prepared()) }
        try storeEnds(session)
    }

    /// How the calls ended. Needs a transaction.
    func storeEnds(_ session: Session) throws {
        guard !ends.isEmpty else { return }
        try session.execute(ProviderLimit.end(ends).prepared())
        for (provider, ends) in Dictionary(grouping: ends, by: \.provider).sorted(by: { $0.key < $1.key }) {
            let unspent = ends.reduce(0) { $0 + $1.reserved - $1.credits }
            if unspent > 0 { try session.execute(ProviderLimit.giveBackCredits(provider, unspent)) }
        }
    }

    /// All of it is stored.
    mutating func settle() {
        answers = []
        ends = []
    }
}
