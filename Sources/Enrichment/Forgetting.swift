import Jobs
package import Postgres

/// How much was deleted.
package struct ForgottenCounts: Sendable, Codable, Equatable {
    package var records = 0
    package var results = 0
    /// Remembered answers of providers.
    package var answers = 0
    package var calls = 0
}

/// What became of persons who are to be forgotten.
package struct Forgotten: Sendable, Codable, Equatable {
    package var deleted: ForgottenCounts
    /// Results in the store that are written anew without them, by the next worker.
    package var rewritten: [String] = []
    /// Files of commands, and lists in buckets, that name them: they are not ours to change.
    package var elsewhere: [String] = []
}

/// A request holds a person who is to be forgotten and is under way.
package struct StillUnderWay: Error {
    package var requestIDs: [String]
}

extension Session {
    /// Deletes all that is known of persons: records that name their addresses, what was found for these, remembered answers, and
    /// their questions in the notes of calls. Needs a transaction.
    /// - Throws: `StillUnderWay`.
    package func forget(emails: [String]) throws -> Forgotten {
        let patterns = emails.map(Forgetting.pattern)
        let places = try query(Forgetting.selectRecords(patterns)).map {
            (request: try $0.get("request_id", as: String.self), ordinal: try $0.get("ordinal", as: Int.self))
        }
        let requests = try Set(places.map(\.request)).sorted().compactMap { try enrichment($0) }
        let open = requests.filter { !$0.isOver }
        guard open.isEmpty else { throw StillUnderWay(requestIDs: open.map(\.requestID)) }
        let hashes =
            try emails.map(Forgetting.hash)
            + requests.flatMap { request in
                try questions(of: request, places.filter { $0.request == request.requestID }.map(\.ordinal))
            }
        var counts = ForgottenCounts()
        let (ids, ordinals) = (places.map(\.request), places.map(\.ordinal))
        counts.results = try execute(Forgetting.deleteResults(ids, ordinals, patterns))
        counts.records = try execute(Forgetting.deleteRecords(ids, ordinals))
        counts.answers = try execute(Forgetting.deleteAnswers(hashes, patterns))
        counts.calls = try execute(Forgetting.strikeQuestions(hashes))
        try execute(Forgetting.separate(ids))
        _ = try query(EnrichmentUpkeep.describe(counts))
        return try rewrite(requests, Forgotten(deleted: counts))
    }

    /// Hashes of what was asked about persons in these records.
    private func questions(of request: EnrichmentRequest, _ ordinals: [Int]) throws -> [String] {
        guard let plan = request.plan else { return [] }
        return try Set(ordinals.map { $0 / BatchSplitter.size }).flatMap { number in
            let loader = BatchLoader(
                requestID: request.requestID, columnOfField: request.columnOfField, plan: plan, number: number)
            return try loader.searches(self).filter {
                [.contact, .newContact].contains($0.group) && ordinals.contains($0.ordinal)
            }
            .map(\.question.hash.hex)
        }
    }

    private func rewrite(_ requests: [EnrichmentRequest], _ forgotten: Forgotten) throws -> Forgotten {
        var forgotten = forgotten
        for request in requests {
            if let path = request.localPath { forgotten.elsewhere.append(path) }
            if let object = request.object { forgotten.elsewhere.append("s3://\(object.bucket)/\(object.key)") }
            // A newer list of the same name has taken the place of this one's result.
            guard request.hasOutput,
                try first(EnrichmentRequest.selectNewer(than: request.requestID, written: true)) == nil
            else { continue }
            try enqueue(EnrichmentStep.output(request.requestID, in: EnrichmentStep.queue))
            forgotten.rewritten.append(request.outputKey)
        }
        return forgotten
    }
}
