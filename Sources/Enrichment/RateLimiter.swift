import Postgres
import Threads

/// A call that may be made.
struct GrantedCall: Sendable {
    var id: Int
    var plan: PlannedCall
    /// Not before.
    var start: ContinuousClock.Instant
    /// Nothing is to be waited for: it is noted as sent already.
    var isNoted = false
}

/// What a reservation brought.
struct Grant: Sendable {
    var calls: [GrantedCall] = []
    /// Of the questions those that were answered before.
    var known: [InputHash: AnswerBook.Known] = [:]
    /// How long until it is worth asking again; nil if all that was to be reserved is.
    var wait: Duration?
    /// Why to wait.
    var reason: String?
    /// Why waiting is of no use: the budget is spent, or the provider refuses us.
    var refusal: String?
    /// Nobody may call now: the provider asked for silence, or its circuit is open.
    var blockade: Blockade?
    /// The provider has failed lately: a success is to be told.
    var hasFailed = false

    /// Of what kind the wait is.
    var cause: EnrichmentWait.Cause { blockade.map { $0.outage == nil ? .provider : .circuit } ?? .limit }

    /// Why nobody may call, and since when.
    struct Blockade: Sendable {
        var reason: String
        /// How long it goes on.
        var rest: Duration
        /// How long the provider has failed; nil if it asked for silence.
        var outage: Duration?
    }
}

/// Reserves calls of one provider in the database, where all workers share its limits.
///
/// However many batches of this process want calls at the same moment, one transaction reserves for all of them: while it
/// is under way the others gather. The note of each call is committed before the call may be made.
actor RateLimiter {
    private struct Waiting {
        var wanted: WantedAnswers
        var continuation: CheckedContinuation<Grant, any Error>
    }

    private let provider: String
    private let pool: Pool
    private var waiting: [Waiting] = []
    private var isReserving = false
    /// What this process was told: calls reserved before are not made.
    private nonisolated let blockedUntil = Locked<ContinuousClock.Instant?>(nil)

    private nonisolated let sending: SendingNotes

    init(provider: String, pool: Pool) {
        self.provider = provider
        self.pool = pool
        sending = SendingNotes(provider: provider, pool: pool)
    }

    /// Says what is known of the questions and reserves calls for the others, as many as the limits allow now or within the horizon, in
    /// their order. What somebody else is asking is left out.
    func reserve(_ wanted: WantedAnswers) async throws -> Grant {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(wanted: wanted, continuation: continuation))
            guard !isReserving else { return }
            isReserving = true
            Task { await reserveAll() }
        }
    }

    private func reserveAll() async {
        while !waiting.isEmpty {
            // Of one version of the settings: which answers are good enough depends on them.
            let settings = waiting[0].wanted.settingsHash
            let group = waiting.filter { $0.wanted.settingsHash == settings }
            waiting.removeAll { $0.wanted.settingsHash == settings }
            do {
                let (provider, wanted) = (provider, group.map(\.wanted))
                let grants = try await pool.transaction { try $0.reserve(wanted, of: provider) }
                let now = ContinuousClock.now
                for (one, grant) in zip(group, grants) { one.continuation.resume(returning: grant.starting(at: now)) }
            } catch {
                for one in group { one.continuation.resume(throwing: error) }
            }
        }
        isReserving = false
    }

    /// Whether the provider has asked this process for silence after these calls were reserved.
    nonisolated var isBlocked: Bool { blockedUntil.withLock { $0.map { $0 > .now } ?? false } }

    /// Waits until a reserved call may be sent, and notes that it is, together with others of this process.
    /// - Returns: whether it may be: false if the provider has been blocked, or has stopped, since it was reserved.
    nonisolated func admit(_ callID: Int, perSecond: Double?) async throws -> Bool {
        while let permit = try await sending.note(callID, perSecond: perSecond) {
            if permit.earliest > .now { try await Task.sleep(until: permit.earliest, tolerance: .zero) }
            guard let latest = permit.latest, latest < .now else { return true }
            await sending.wasLate()
        }
        return false
    }

    nonisolated func block(for duration: Duration) {
        blockedUntil.withLock { $0 = max($0 ?? .now, .now + duration) }
    }
}

/// A grant whose times still count from the moment of the reservation.
struct RelativeGrant: Sendable {
    struct Call: Sendable {
        var id: Int
        var plan: PlannedCall
        var offset: Duration
        var isNoted: Bool
    }

    var calls: [Call] = []
    var rest = Grant()

    fileprivate func starting(at now: ContinuousClock.Instant) -> Grant {
        var grant = rest
        grant.calls = calls.map {
            GrantedCall(id: $0.id, plan: $0.plan, start: now + $0.offset, isNoted: $0.isNoted)
        }
        return grant
    }
}

extension Session {
    /// Reserves for several batches at once. Needs a transaction.
    fileprivate func reserve(_ wanted: [WantedAnswers], of provider: String) throws -> [RelativeGrant] {
        try execute(ProviderLimit.hold(provider).prepared())
        let found = try known(ProviderLimit.selectKnown(provider, wanted))
        var known = [[InputHash: AnswerBook.Known]](repeating: [:], count: wanted.count)
        var open = [[Question]](repeating: [], count: wanted.count)
        var taken: Set<InputHash> = []
        var place = 0
        for (index, one) in wanted.enumerated() {
            for question in one.questions {
                place += 1
                if let answer = found[place] {
                    known[index][question.hash] = answer
                } else if taken.insert(question.hash).inserted {
                    // Two batches may ask the same: the first does.
                    open[index].append(question)
                }
            }
        }
        var grants = try take(zip(wanted, open).map { $0.calls($1) }, of: provider)
        for index in grants.indices { grants[index].rest.known = known[index] }
        return grants
    }

    private func take(_ open: [[PlannedCall]], of provider: String) throws -> [RelativeGrant] {
        let all = open.flatMap(\.self)
        guard !all.isEmpty else { return open.map { _ in RelativeGrant() } }
        let take = ProviderLimit.take(
            provider, credits: all.map(\.credits), since: Array(Set(all.compactMap(\.since))))
        guard let row = try first(take.prepared())
        else {
            throw ProviderError(.refused, "provider '\(provider)' no longer exists")
        }
        let granted: Int = try row.get("granted")
        let (offset, spacing): (Double, Double) = (try row.get("offset"), try row.get("spacing"))
        let offsets = (0..<granted).map { offset + Double($0) * spacing }
        let ids: [Int] =
            granted == 0
            ? []
            : try query(ProviderLimit.insert(provider, Array(all.prefix(granted)), areSent: spacing == 0).prepared())
                .map { try $0.get("call_id") }.sorted()
        let rest = try Grant(row, isComplete: granted == all.count)
        var place = 0
        return open.map { calls in
            // What stands in the way of others' calls is nothing to whom all is known.
            guard !calls.isEmpty else { return RelativeGrant() }
            var grant = RelativeGrant(rest: rest)
            for call in calls where place < granted {
                let start = Duration.seconds(offsets[place])
                grant.calls.append(RelativeGrant.Call(id: ids[place], plan: call, offset: start, isNoted: spacing == 0))
                place += 1
            }
            if grant.calls.count == calls.count { grant.rest.wait = nil }
            return grant
        }
    }
}

extension Grant {
    /// Of what `ProviderLimit.take` says, without calls.
    fileprivate init(_ row: Row, isComplete: Bool) throws {
        hasFailed = try row.get("has_failed")
        guard !isComplete else { return }
        let rest = Duration.seconds(try row.get("wait", as: Double.self))
        wait = rest
        refusal = try row.get("refusal")
        reason = try refusal ?? row.get("blocked_because")
        if let because: String = try row.get("blocked_because") {
            let outage: Double? = try row.get("outage")
            blockade = Blockade(reason: because, rest: rest, outage: outage.map { .seconds($0) })
        }
    }
}

/// The limiters of this process, one for each provider.
final class RateLimiters: Sendable {
    private let pool: Pool
    private let made = Locked<[String: RateLimiter]>([:])

    init(pool: Pool) {
        self.pool = pool
    }

    func limiter(of provider: String) -> RateLimiter {
        made.withLock { made in
            if let limiter = made[provider] { return limiter }
            let limiter = RateLimiter(provider: provider, pool: pool)
            made[provider] = limiter
            return limiter
        }
    }
}
