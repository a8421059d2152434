import Jobs
import Postgres

/// Notes of calls that they are about to be sent: however many of this process want it at the same moment, one statement notes them all.
///
/// With a limit of a second the note says when the call may be sent, after all that other processes have sent. A process that is late
/// by more than it said asks anew; one that is late often says so, and pays for it by a longer second.
actor SendingNotes {
    /// When a noted call may be sent.
    struct Permit: Sendable, Equatable {
        var earliest: ContinuousClock.Instant
        /// Whoever is later asks anew; nil may be as late as it will.
        var latest: ContinuousClock.Instant?
    }

    private struct Waiting {
        var callID: Int
        var perSecond: Double?
        var continuation: CheckedContinuation<Permit?, any Error>
    }

    private static let leastSlack = 0.005
    /// A process, or a database, that is slower than this is of no use; up to it calls get through, if less often.
    private static let mostSlack = 30.0

    private let provider: String
    private let pool: Pool
    private var waiting: [Waiting] = []
    private var isNoting = false
    /// By how much this process is late at most, in seconds: follows what it sees.
    private var slack = leastSlack

    init(provider: String, pool: Pool) {
        self.provider = provider
        self.pool = pool
    }

    /// - Returns: nil if the call may not be sent: the provider is blocked, or has stopped, since it was reserved.
    func note(_ callID: Int, perSecond: Double?) async throws -> Permit? {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(callID: callID, perSecond: perSecond, continuation: continuation))
            guard !isNoting else { return }
            isNoting = true
            Task { await noteAll() }
        }
    }

    /// A call was late: the next ones say so.
    func wasLate() { slack = min(Self.mostSlack, slack * 2) }

    private func noteAll() async {
        while !waiting.isEmpty {
            let window = waiting[0].perSecond.map(SendingWindow.init)
            let group = Array(waiting.prefix(window?.calls ?? waiting.count))
            waiting.removeFirst(group.count)
            do {
                let permits = try await permits(group.map(\.callID), window)
                for one in group { one.continuation.resume(returning: permits[one.callID]) }
            } catch {
                for one in group { one.continuation.resume(throwing: error) }
            }
        }
        isNoting = false
    }

    private func permits(_ ids: [Int], _ window: SendingWindow?) async throws -> [Int: Permit] {
        let (provider, slack) = (provider, slack)
        let (asked, delays) = try await pool.transaction { session in
            if window != nil { try session.execute(ProviderLimit.hold(provider)) }
            // Behind the wait for others, which makes nobody late.
            let asked = ContinuousClock.now
            let rows = try session.query(
                ProviderLimit.noteSending(ids, of: provider, in: window, slack: slack).prepared())
            return (
                asked,
                try rows.map {
                    (id: try $0.get("call_id", as: Int.self), delay: try $0.get("delay", as: Double.self))
                }
            )
        }
        // The server's moment lies somewhere between the question and its answer.
        let answered = ContinuousClock.now
        adapt(to: (answered - asked).seconds)
        return Dictionary(
            uniqueKeysWithValues: delays.map { id, delay in
                let latest = window == nil ? nil : asked + .seconds(delay + slack)
                return (id, Permit(earliest: answered + .seconds(delay), latest: latest))
            })
    }

    /// - Parameter seconds: that an answer took.
    private func adapt(to seconds: Double) {
        slack = min(Self.mostSlack, max(Self.leastSlack, slack * 0.98, seconds * 2))
    }
}
