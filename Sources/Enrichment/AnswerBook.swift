import Postgres

/// Answers and ends of calls that wait to be stored.
struct AnswerBook: Sendable {
    /// What the cache says of a question.
    struct Known: Sendable {
        var isMatch: Bool
        var confidence: Double
    }

    private var json = CanonicalJSON()
    private var ends: [CallEnd] = []
    /// Provider and hash of answers this batch has paid for.
    private var fresh: Set<String> = []

    var isEmpty: Bool { json.bytes.isEmpty && ends.isEmpty }

    mutating func end(_ end: CallEnd) { ends.append(end) }

    mutating func add(_ answer: ProviderAnswer, to hash: InputHash, from row: ProviderRow) {
        guard fresh.insert("\(row.name) \(hash.hex)").inserted else { return }
        json.raw(json.bytes.isEmpty ? "[" : ",")
        json.raw("{\"p\":\"\(row.name)\",\"h\":\"\(hash.hex)\",")
        switch answer {
        case .match(let fields, let confidence):
            json.raw("\"t\":\(row.cacheSeconds),\"c\":\(min(1, max(0, confidence))),\"f\":")
            json.object(fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        case .noMatch, .unanswered, .limitExceeded: json.raw("\"t\":\(row.missSeconds)")
        }
        json.raw("}")
    }

    /// Writes all of it. Needs a transaction.
    func store(_ session: Session) throws {
        if !json.bytes.isEmpty { try session.execute(BatchQueries.remember(json.text + "]").prepared()) }
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
