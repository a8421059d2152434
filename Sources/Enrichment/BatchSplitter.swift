import Jobs
import Postgres

/// Cuts a request into batches: by statements over sets, never record by record.
enum BatchSplitter {
    /// Records in a batch.
    static let size = 100

    static func batches(of records: Int) -> Int { (records + size - 1) / size }

    static func insert(_ requestID: String, batches: Int) -> Statement {
        """
        insert into enrichment.batches (request_id, batch_no)
        select \(requestID)::uuid, n from generate_series(0, \(batches)::integer - 1) n
        """
    }
}

extension Session {
    /// Makes the batches of a request and a job for each. Needs a transaction.
    func splitIntoBatches(_ requestID: String, records: Int) throws {
        let batches = BatchSplitter.batches(of: records)
        try execute(BatchSplitter.insert(requestID, batches: batches))
        try enqueue((0..<batches).map { EnrichmentStep.batch(requestID, number: $0) })
    }
}
