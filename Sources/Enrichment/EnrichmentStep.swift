import Foundation
import Jobs

/// The steps of a request, each a job: split → a batch for every 100 records → output.
package enum EnrichmentStep {
    static let queue = "enrich"
    static let split = "enrich.split"
    static let batch = "enrich.batch"
    package static let output = "enrich.output"
    static let upkeep = "enrich.upkeep"
    static let endings = "enrich.endings"
    static let callback = "enrich.callback"

    /// For a request whose command does it.
    static func queue(of requestID: String) -> String {
        "\(queue)-" + requestID.filter { $0 != "-" }
    }

    static func split(_ requestID: String, in queue: String = queue) -> NewJob {
        NewJob(queue: queue, kind: split, payload: payload(requestID), priority: 1, uniqueKey: "\(split):\(requestID)")
    }

    /// Tries that fail are counted in `enrichment.batches`: whoever loses its worker may begin again more often.
    static func batch(_ requestID: String, number: Int, in queue: String) -> NewJob {
        NewJob(queue: queue, kind: batch, payload: payload(requestID, number), priority: 3, maxAttempts: 100)
    }

    /// Before all batches: its file is waited for.
    static func output(_ requestID: String, in queue: String) -> NewJob {
        NewJob(
            queue: queue, kind: output, payload: payload(requestID), priority: 1, maxAttempts: 6,
            uniqueKey: "\(output):\(requestID)")
    }

    /// One for each end of the request: one that is retried ends again.
    static func callback(_ requestID: String) -> NewJob {
        NewJob(
            queue: queue, kind: callback, payload: payload(requestID), maxAttempts: CallbackJob.delays.count + 1)
    }

    static func payload(_ requestID: String, _ number: Int? = nil) -> String {
        let batch = number.map { ",\"batch_no\":\($0)" } ?? ""
        return "{\"request_id\":\"\(requestID)\"\(batch)}"
    }
}

extension NewEnrichment {
    /// Of its jobs: a command does those of its own request, and no others.
    package var queue: String { source == .command ? Self.queue(of: requestID) : EnrichmentStep.queue }

    /// Of a request that a command does itself.
    package static func queue(of requestID: String) -> String { EnrichmentStep.queue(of: requestID) }
}

/// As it stands in `jobs.jobs`.
struct EnrichmentPayload: Decodable {
    var request_id: String
    var batch_no: Int?
}

extension Job {
    /// - Throws: `JobError.permanent`: such a job was not made by us.
    func enrichment() throws -> EnrichmentPayload {
        do {
            return try JSONDecoder().decode(EnrichmentPayload.self, from: Data(payload.utf8))
        } catch {
            throw JobError.permanent(reason: "the payload lacks request_id")
        }
    }
}
