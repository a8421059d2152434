import Jobs
import Postgres

extension Session {
    /// Stores the answers and results of batches of one request, ends their jobs and counts them; the last batch of a request
    /// enqueues the output. Batches are locked first, then answers, calls and jobs, and the request's row last, as all its batches
    /// meet there.
    /// - Throws: `LeaseLost` of the first job that somebody else may have by now.
    func end(_ batches: [BatchEnding], of requestID: String) throws {
        let finish = BatchQueries.finish(
            requestID, batches: batches.map(\.number), attempts: batches.map(\.job.attempt))
        var open: [Int: Row] = [:]
        for row in try query(finish.prepared()) { open[try row.get("batch_no")] = row }
        let ended = batches.filter { open[$0.number] != nil }
        for batch in ended where try open[batch.number]?.get("has_outcomes") ?? false {
            try execute(BatchQueries.deleteResults(requestID, batch: batch.number))
        }
        let answers = AnswerBook(batches.map(\.answers))
        try store(answers, ended.flatMap(\.results), ended.flatMap(\.errors), of: requestID)
        try self.finish(batches.map(\.job))
        guard !ended.isEmpty else { return }
        let failed = try open.values.count { try $0.get("state", as: String.self) == "failed" }
        try countBatch(requestID, processed: ended.count, failed: -failed)
    }

    /// Stores what could be found out by a batch that fails: its job is about to be dead, and counts it then.
    func keepOutcomes(
        _ requestID: String, _ number: Int, _ answers: AnswerBook, _ results: [BatchResult], _ errors: [BatchError]
    ) throws {
        // None if somebody else has done it meanwhile.
        guard let row = try first(BatchQueries.keepOutcomes(requestID, batch: number)) else {
            return try answers.store(self)
        }
        if try row.get("has_outcomes") { try execute(BatchQueries.deleteResults(requestID, batch: number)) }
        try store(answers, results, errors, of: requestID)
    }

    private func store(
        _ answers: AnswerBook, _ results: [BatchResult], _ errors: [BatchError], of requestID: String
    ) throws {
        if results.isEmpty {
            try answers.store(self)
        } else {
            let insert = BatchQueries.insertResults(requestID, results, remembering: answers.answers)
            let stored = try execute(insert.prepared())
            try answers.storeEnds(self)
            guard stored == results.count else {
                throw JobError.retry(after: nil, reason: "answers vanished from the cache before they were used")
            }
            let supplements = results.flatMap { result in result.supplements.map { (result, $0) } }
            if !supplements.isEmpty { try execute(BatchQueries.supplement(requestID, supplements)) }
        }
        if !errors.isEmpty { try execute(BatchQueries.insertErrors(requestID, errors)) }
    }

    /// Counts batches that ended; who sees that all have ended enqueues the output.
    func countBatch(_ requestID: String, processed: Int, failed: Int) throws {
        let row = try first(EnrichmentRequest.count(requestID, processed: processed, failed: failed).prepared())
        guard let row, try row.get("is_last") else { return }
        try enqueue(EnrichmentStep.output(requestID, in: row.get("queue")))
    }

    /// Its job is dead: its records stay in the output, with the error.
    func failBatch(_ requestID: String, _ number: Int, attempt: Int, error: String) throws {
        let row = try first(BatchQueries.fail(requestID, batch: number, attempt: attempt, error: error))
        guard let former = try row?.get("state", as: String.self) else { return }
        try countBatch(requestID, processed: 0, failed: former == "failed" ? 0 : 1)
    }

    /// Answers that are known, by the place of their question from 1; nil where somebody is asking it.
    func known(_ select: Statement) throws -> [Int: AnswerBook.Known?] {
        let rows = try query(select.prepared())
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                let known: AnswerBook.Known? =
                    try row.get("is_match").map { isMatch in
                        AnswerBook.Known(
                            isMatch: isMatch, confidence: try row.get("confidence"),
                            fields: Set(try row.get("found", as: [String].self)))
                    }
                return (try row.get("place"), known)
            })
    }
}
