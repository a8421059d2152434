import Jobs
package import Postgres

/// How a request ends other than by its work, and how it goes on.
extension Session {
    /// Ends a request that is under way: what has not begun is not begun. Needs a transaction.
    /// - Returns: whether it was under way.
    package func cancelEnrichment(_ requestID: String, because message: String) throws -> Bool {
        guard try execute(EnrichmentRequest.cancel(requestID, message: message)) == 1 else { return false }
        try cancelWaitingJobs(payload: EnrichmentStep.payload(requestID))
        try announceEnd(of: requestID)
        return true
    }

    /// Makes a request go on with what was not done, or not answered: with jobs of its own, whatever became of the earlier ones.
    /// Needs a transaction.
    /// - Parameter queue: whose worker does it; nil leaves it to all.
    /// - Returns: batches to be done; nil if there is no such request.
    /// - Throws: `EnrichmentFailure` if it is under way, or there is nothing to go on with.
    package func retryEnrichment(_ requestID: String, in queue: String? = nil) throws -> Int? {
        guard let request = try enrichment(requestID) else { return nil }
        guard request.isOver else {
            throw EnrichmentFailure(
                "Request \(requestID) is \(request.status.rawValue): wait for it, or cancel it first.")
        }
        try refuseForgotten(request)
        guard request.status != .completed else {
            throw EnrichmentFailure("Request \(requestID) is completed: there is nothing left to find out.")
        }
        let queue = queue ?? EnrichmentStep.queue
        try cancelWaitingJobs(payload: EnrichmentStep.payload(requestID), includingDead: true)
        guard request.plan != nil else { return try readAgain(request, in: queue) }
        let numbers: [Int] = try query(BatchQueries.reopen(requestID)).map { try $0.get("batch_no") }
        try execute(EnrichmentRequest.reopen(requestID, status: .processing, queue: queue))
        try enqueue(numbers.map { EnrichmentStep.batch(requestID, number: $0, in: queue) })
        if numbers.isEmpty { try enqueue(EnrichmentStep.output(requestID, in: queue)) }
        return numbers.count
    }

    /// Asks everything of a request again, whatever is remembered. Needs a transaction.
    /// - Returns: batches to be done; nil if there is no such request.
    /// - Throws: `EnrichmentFailure` if it is under way, or was never read.
    package func refreshEnrichment(_ requestID: String, in queue: String? = nil) throws -> Int? {
        guard let request = try enrichment(requestID) else { return nil }
        guard request.isOver else {
            throw EnrichmentFailure(
                "Request \(requestID) is \(request.status.rawValue): wait for it, or cancel it first.")
        }
        try refuseForgotten(request)
        guard request.plan != nil else {
            throw EnrichmentFailure("The list of request \(requestID) was never read: send it again.")
        }
        let queue = queue ?? EnrichmentStep.queue
        try cancelWaitingJobs(payload: EnrichmentStep.payload(requestID), includingDead: true)
        let numbers: [Int] = try query(BatchQueries.reopenAll(requestID)).map { try $0.get("batch_no") }
        try execute(EnrichmentRequest.reopen(requestID, status: .processing, queue: queue))
        try execute(EnrichmentRequest.refresh(requestID))
        try enqueue(numbers.map { EnrichmentStep.batch(requestID, number: $0, in: queue) })
        return numbers.count
    }

    private func refuseForgotten(_ request: EnrichmentRequest) throws {
        guard let time = request.forgottenAt else { return }
        throw EnrichmentFailure(
            "The records of request \(request.requestID) were deleted at \(time), as retention wants: send the list again."
        )
    }

    private func readAgain(_ request: EnrichmentRequest, in queue: String) throws -> Int {
        guard request.object != nil else {
            throw EnrichmentFailure("The list of request \(request.requestID) was never read: send it again.")
        }
        try execute(EnrichmentRequest.reopen(request.requestID, status: .accepted, queue: queue))
        try enqueue(EnrichmentStep.split(request.requestID, in: queue))
        return 0
    }

    /// The command that does this request is alive.
    package func watchEnrichment(_ requestID: String) throws { try execute(EnrichmentRequest.watch(requestID)) }

    /// The command ends: what it leaves undone is for whoever retries it. Needs a transaction.
    package func leaveEnrichment(_ requestID: String) throws {
        try execute(EnrichmentRequest.leave(requestID, queue: EnrichmentStep.queue))
        try moveDeadJobs(from: EnrichmentStep.queue(of: requestID), to: EnrichmentStep.queue)
    }

    /// Ends what cannot end by itself: the last job of a request was made dead by a claim whose worker died before it could say
    /// so, or the command that does it is gone. Needs a transaction.
    /// - Returns: how many batches and requests.
    @discardableResult
    package func endAbandonedEnrichments() throws -> Int {
        let batches = try query(EnrichmentEndings.selectDeadBatches)
        for row in batches {
            try failBatch(
                row.get("request_id"), row.get("batch_no"), attempt: row.get("attempt"), error: row.get("last_error"))
        }
        let requests = try query(EnrichmentEndings.selectDeadRequests)
        for row in requests {
            let error: String = try row.get("last_error")
            try failEnrichment(
                row.get("request_id"),
                row.get("kind", as: String.self) == EnrichmentStep.output
                    ? OutputJob.failure(error)
                    : EnrichmentFailure(
                        "The input could not be read: \(error). Upload it again, or run catalog enrich retry."))
        }
        // What they reserved would keep their questions, and places at their providers, from everybody else.
        try execute(ProviderLimit.endForgotten)
        let left = try query(EnrichmentEndings.selectLeft).map { try $0.get("request_id", as: String.self) }
        for requestID in left {
            _ = try cancelEnrichment(
                requestID,
                because: "The command that enriched it ended early: catalog enrich retry \(requestID) goes on.")
            try leaveEnrichment(requestID)
        }
        return batches.count + requests.count + left.count
    }
}
