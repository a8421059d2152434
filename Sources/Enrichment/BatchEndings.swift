import Jobs
import Postgres

/// A batch that has found out all it could.
struct BatchEnding: Sendable {
    var number: Int
    var job: Job
    /// Not stored yet.
    var answers: AnswerBook
    var results: [BatchResult]
    var errors: [BatchError]
}

/// Ends batches: however many of a request do at the same moment, one transaction ends them all, since each would wait for the others'
/// commits at the row of their request. While some are under way the others gather.
actor BatchEndings {
    private struct Waiting {
        var ending: BatchEnding
        var continuation: CheckedContinuation<Void, any Error>
    }

    /// One transaction of a request stores while another one commits.
    private static let transactions = 2
    /// Batches of a transaction at most.
    private static let most = 16

    private let pool: Pool
    private var waiting: [String: [Waiting]] = [:]
    private var underWay: [String: Int] = [:]

    init(pool: Pool) {
        self.pool = pool
    }

    /// Stores the answers and the results of a batch and finishes its job.
    /// - Throws: what stood in its own way.
    func end(_ ending: BatchEnding, of requestID: String) async throws {
        try await withCheckedThrowingContinuation { continuation in
            waiting[requestID, default: []].append(Waiting(ending: ending, continuation: continuation))
            guard underWay[requestID, default: 0] < Self.transactions else { return }
            underWay[requestID, default: 0] += 1
            Task { await endAll(of: requestID) }
        }
    }

    private func endAll(of requestID: String) async {
        while let gathered = waiting.removeValue(forKey: requestID) {
            let group = Array(gathered.prefix(Self.most))
            if gathered.count > group.count { waiting[requestID] = Array(gathered.dropFirst(group.count)) }
            await end(group, of: requestID)
        }
        underWay[requestID, default: 0] -= 1
        if underWay[requestID] == 0 { underWay[requestID] = nil }
    }

    private func end(_ group: [Waiting], of requestID: String) async {
        do {
            let endings = group.map(\.ending)
            try await pool.transaction { try $0.end(endings, of: requestID) }
            for one in group { one.continuation.resume() }
        } catch {
            guard group.count > 1 else { return group[0].continuation.resume(throwing: error) }
            // What stood in the way of one is not to be the others' trouble.
            for one in group { await end([one], of: requestID) }
        }
    }
}
