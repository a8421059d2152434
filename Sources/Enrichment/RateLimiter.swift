import Postgres
import Threads

/// A call that may be made.
struct GrantedCall: Sendable {
    var id: Int
    var plan: PlannedCall
    /// Not before.
    var start: ContinuousClock.Instant
}

/// What a reservation brought.
struct Grant: Sendable {
    var calls: [GrantedCall] = []
    /// How long until it is worth asking again; nil if all that was to be reserved is.
    var wait: Duration?
    /// Why to wait.
    var reason: String?
    /// The budget is spent: waiting is of no use.
    var isSpent = false
    /// The provider has failed lately: a success is to be told.
    var hasFailed = false
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
    /// When calls of this process were sent, the newest last.
    private nonisolated let sent = Locked<[ContinuousClock.Instant]>([])
    /// What this process was told: calls reserved before are not made.
    private nonisolated let blockedUntil = Locked<ContinuousClock.Instant?>(nil)

    init(provider: String, pool: Pool) {
        self.provider = provider
        self.pool = pool
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

    /// When this call may be sent, so that no second of this process holds more than the limit: calls that a stalled process
    /// sends late must not come in a crowd. A second is taken for half a percent longer, since calls travel unevenly.
    nonisolated func admit(perSecond: Double?) -> ContinuousClock.Instant {
        guard let perSecond, perSecond >= 1 else { return .now }
        return sent.withLock { sent in
            let count = Int(perSecond)
            let earliest = sent.count >= count ? sent[sent.count - count] + .milliseconds(1005) : .now
            let moment = max(.now, earliest)
            sent.append(moment)
            if sent.count > 2 * count { sent.removeFirst(count) }
            return moment
        }
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
    }

    var calls: [Call] = []
    var rest = Grant()

    fileprivate func starting(at now: ContinuousClock.Instant) -> Grant {
        var grant = rest
        grant.calls = calls.map { GrantedCall(id: $0.id, plan: $0.plan, start: now + $0.offset) }
        return grant
    }
}

extension Session {
    /// Reserves for several batches at once. Needs a transaction.
    fileprivate func reserve(_ wanted: [[PlannedCall]], of provider: String) throws -> [RelativeGrant] {
        try execute(ProviderLimit.hold(provider))
        let hashes = wanted.flatMap { $0.flatMap { $0.questions.map(\.hash.hex) } }
        var known = Set(
            try query(ProviderLimit.selectKnown(provider, hashes: hashes).prepared()).compactMap { $0[0] })
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
        let credits = all.map(\.credits).max() ?? 0
        guard let row = try first(ProviderLimit.take(provider, calls: all.count, creditsEach: credits).prepared())
        else {
            throw ProviderError(.refused, "there is no provider '\(provider)' any more")
        }
        let granted: Int = try row.get("granted")
        let ids: [Int] =
            granted == 0
            ? []
            : try query(ProviderLimit.insert(provider, Array(all.prefix(granted))).prepared())
                .map { try $0.get("call_id") }.sorted()
        let (offset, spacing): (Double, Double) = (try row.get("offset"), try row.get("spacing"))
        var rest = Grant(hasFailed: try row.get("failures", as: Int.self) > 0)
        if granted < all.count {
            rest.wait = .seconds(try row.get("wait", as: Double.self))
            rest.reason = try row.get("spent") ?? row.get("blocked_because")
            rest.isSpent = try row.get("spent", as: String?.self) != nil
        }
        var place = 0
        return open.map { calls in
            var grant = RelativeGrant(rest: rest)
            for call in calls where place < granted {
                let start = Duration.seconds(offset + Double(place) * spacing)
                grant.calls.append(RelativeGrant.Call(id: ids[place], plan: call, offset: start))
                place += 1
            }
            if grant.calls.count == calls.count { grant.rest.wait = nil }
            return grant
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
