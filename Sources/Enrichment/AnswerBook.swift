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

    /// Elements of an array.
    private var json = JSONWriter()
    private var ends: [CallEnd] = []
    /// Provider and hash of answers this batch has paid for.
    private var fresh: Set<String> = []

    init() {}

    /// What stands in several.
    init(_ books: [AnswerBook]) {
        for book in books {
            if !book.json.bytes.isEmpty { json.raw(book.json.text) }
            ends += book.ends
        }
    }

    var isEmpty: Bool { json.bytes.isEmpty && ends.isEmpty }

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
        json.object { json in
            json.string("p", row.name)
            json.string("h", hash.hex)
            json.number("s", row.settingsHash)
            switch answer {
            case .match(let fields, let confidence):
                json.number("t", row.cacheSeconds)
                json.key("c")
                json.raw("\(min(1, max(0, confidence)))")
                json.key("f")
                json.object(fields)
            case .noMatch, .unanswered, .limitExceeded: json.number("t", row.missSeconds)
            }
        }
    }

    /// Writes all of it. Needs a transaction.
    func store(_ session: Session) throws {
        if !json.bytes.isEmpty { try session.execute(BatchQueries.remember("[\(json.text)]").prepared()) }
        guard !ends.isEmpty else { return }
        try session.execute(ProviderLimit.end(ends).prepared())
        for (provider, ends) in Dictionary(grouping: ends, by: \.provider).sorted(by: { $0.key < $1.key }) {
            let unspent = ends.reduce(0) { $0 + $1.reserved - $1.credits }
            if unspent > 0 { try session.execute(ProviderLimit.giveBackCredits(provider, unspent)) }
        }
    }

    /// All of it is stored.
    mutating func settle() {
        json.removeAll()
        ends = []
    }
}
