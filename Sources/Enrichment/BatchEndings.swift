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
/// commits at the row of their request, and one statement for many costs less than many. While it is under way the others gather, and as
/// soon as they are many, a second transaction ends them beside it: it waits at the row only while the first commits.
actor BatchEndings {
    private struct Waiting {
        var ending: BatchEnding
        var continuation: CheckedContinuation<Void, any Error>
    }

    /// Batches of a transaction at most.
    private static let most = 16
    /// That are worth a second transaction.
    private static let many = 8

    private let pool: Pool
    private var waiting: [String: [Waiting]] = [:]
    /// Transactions of each request: one or two.
    private var underWay: [String: Int] = [:]

    init(pool: Pool) {
        self.pool = pool
    }

    /// Stores the answers and the results of a batch and finishes its job.
    /// - Throws: what stood in its own way.
    func end(_ ending: BatchEnding, of requestID: String) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let gathered = waiting[requestID, default: []] + [Waiting(ending: ending, continuation: continuation)]
            waiting[requestID] = gathered
            let count = underWay[requestID, default: 0]
            guard count == 0 || count == 1 && gathered.count >= Self.many else { return }
            underWay[requestID] = count + 1
            Task { await endAll(of: requestID) }
        }
    }

    private func endAll(of requestID: String) async {
        while let gathered = waiting.removeValue(forKey: requestID) {
            let group = Array(gathered.prefix(Self.most))
            if gathered.count > group.count { waiting[requestID] = Array(gathered.dropFirst(group.count)) }
            await end(group, of: requestID)
        }
        underWay[requestID] = underWay[requestID] == 2 ? 1 : nil
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
