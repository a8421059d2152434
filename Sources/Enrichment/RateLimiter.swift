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
        var calls: [PlannedCall]
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

    /// Reserves as many of the calls as the limits allow now or within the horizon, in their order. Questions that were
    /// answered meanwhile, or that somebody else is asking, are left out.
    func reserve(_ calls: [PlannedCall]) async throws -> Grant {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(calls: calls, continuation: continuation))
            guard !isReserving else { return }
            isReserving = true
            Task { await reserveAll() }
        }
    }

    private func reserveAll() async {
        while !waiting.isEmpty {
            let group = waiting
            waiting = []
            do {
                let (provider, wanted) = (provider, group.map(\.calls))
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
    fileprivate func reserve(_ wanted: [[PlannedCall]], of provider: String) throws -> [RelativeGrant] {
        try execute(ProviderLimit.hold(provider))
        let calls = wanted.joined()
        let statement = ProviderLimit.selectKnown(
            provider, hashes: calls.flatMap { $0.questions.map(\.hash.hex) },
            since: calls.flatMap { call in call.questions.map { _ in call.freshSince } },
            settings: calls.compactMap(\.settingsHash).last)
        var known = Set(try query(statement.prepared()).compactMap { $0[0] })
        // Two batches may ask the same: the first does.
        let open = wanted.map { calls in
            calls.compactMap { call -> PlannedCall? in
                var call = call
                call.questions = call.questions.filter { known.insert($0.hash.hex).inserted }
                return call.questions.isEmpty ? nil : call
            }
        }
        return try take(open, of: provider)
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
