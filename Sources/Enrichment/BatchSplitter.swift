import Jobs
import Postgres

/// Cuts a request into batches: by statements over sets, never record by record.
enum BatchSplitter {
    /// Records in a batch.
    static let size = 100

    static func batches(of records: Int) -> Int { (records + size - 1) / size }
}

extension Session {
    /// Makes the batches of a request and a job for each. Needs a transaction.
    func splitIntoBatches(_ requestID: String, records: Int, in queue: String) throws {
        let batches = BatchSplitter.batches(of: records)
        try execute(BatchQueries.insert(requestID, batches: batches))
        try enqueue((0..<batches).map { EnrichmentStep.batch(requestID, number: $0, in: queue) })
    }
}
