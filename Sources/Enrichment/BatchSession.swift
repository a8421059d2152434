import Jobs
import Postgres

extension Session {
    /// Stores the results of a batch, ends its job and counts it; the last batch of a request enqueues the output. The
    /// request's row is locked last, as all its batches meet there.
    func finishBatch(
        _ requestID: String, _ number: Int, _ results: [BatchResult], _ errors: [BatchError], _ job: Job
    ) throws {
        let former = try first(
            BatchQueries.finish(requestID, batch: number, attempt: job.attempt).prepared())?.get(
                "state", as: String.self)
        if former != nil { try store(results, errors, of: requestID) }
        try finish(job, prepared: true)
        guard let former else { return }
        try countBatch(requestID, processed: 1, failed: former == "failed" ? -1 : 0)
    }

    /// A batch has results only when it is done, so that there are none before.
    private func store(_ results: [BatchResult], _ errors: [BatchError], of requestID: String) throws {
        if !results.isEmpty {
            let stored = try execute(BatchQueries.insertResults(requestID, results).prepared())
            guard stored == results.count else {
                throw JobError.retry(after: nil, reason: "answers vanished from the cache before they were used")
            }
        }
        if !errors.isEmpty { try execute(BatchQueries.insertErrors(requestID, errors)) }
    }

    /// Counts a batch that ended; who sees that all have ended enqueues the output.
    func countBatch(_ requestID: String, processed: Int, failed: Int) throws {
        let row = try first(EnrichmentRequest.count(requestID, processed: processed, failed: failed).prepared())
        if try row?.get("is_last") ?? false { try enqueue(EnrichmentStep.output(requestID)) }
    }
}
