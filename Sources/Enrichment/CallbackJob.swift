import Foundation
import Jobs
import Logging
import Postgres
import Storage

/// Tells whoever asked for it that a request is over: again and again for three days, until somebody takes the message.
struct CallbackJob: JobHandler {
    /// After each try that failed.
    static let delays: [Duration] = [5, 30, 120, 600, 1800, 3600, 14_400, 43_200, 86_400, 86_400].map {
        .seconds($0)
    }

    let kind = EnrichmentStep.callback
    let resources: EnrichmentResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let requestID = try job.enrichment().request_id
        let known = try await resources.pool.run { session in
            let url = try session.first(Callback.selectURL(requestID))?.get("callback_url", as: String?.self)
            return (request: try session.enrichment(requestID), url: url, usage: try session.enrichmentUsage(requestID))
        }
        // One that goes on is told of when it ends.
        guard let request = known.request, let url = known.url, request.isOver else { return .finished }
        do {
            let link = request.hasOutput ? try await resources.output.link(to: request.outputKey) : nil
            let body = resources.callbacks.body(request, known.usage, result: link, at: Date())
            try await resources.callbacks.send(body, id: "enrichment_\(job.jobID)", to: url)
        } catch let failure as CallbackFailure {
            try await resources.pool.run { _ = try $0.execute(Callback.fail(requestID, because: failure.reason)) }
            if failure.isFinal { throw JobError.permanent(reason: failure.reason) }
            throw JobError.retry(
                after: Self.delays[min(job.attempt, Self.delays.count) - 1], reason: failure.reason)
        }
        try await resources.pool.transaction { session in
            try session.execute(Callback.succeed(requestID))
            try session.finish(job)
        }
        logger.info("enrichment.callback.sent", metadata: ["status": "\(request.status.rawValue)"])
        return .finishedByHandler
    }
}

extension Session {
    /// A request has ended: whoever wants to know is told once the transaction is committed.
    func announceEnd(of requestID: String) throws {
        let url = try first(Callback.selectURL(requestID))?.get("callback_url", as: String?.self)
        if url != nil { try enqueue(EnrichmentStep.callback(requestID)) }
    }
}
