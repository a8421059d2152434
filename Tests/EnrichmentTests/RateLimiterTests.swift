import Foundation
import Postgres
import TestSupport
import Testing

@testable import Enrichment

@Suite(.timeLimit(.minutes(2))) struct RateLimiterTests {
    private static let id = "00000000-0000-0000-0000-000000000000"

    private static func calls(_ count: Int, from: Int = 0, credits: Int = 1) -> [PlannedCall] {
        (from..<from + count).map { number in
            let input = ProviderInput([.email: "p\(number)@example.com"])
            return PlannedCall(
                capability: .contactEnrich, questions: [Question(hash: InputHash(.contactEnrich, input), input: input)],
                requestID: id, batchNumber: 0, attempt: 1, credits: credits)
        }
    }

    private static func with<Result>(
        _ limits: ProviderLimits, concurrency: Int = 1000, _ body: (Enrichment, RateLimiter) async throws -> Result
    ) async throws -> Result {
        try await Enrichment.with([.mock(limits: limits, concurrency: concurrency)]) { enrichment in
            try await body(enrichment, RateLimiter(provider: "mock", pool: enrichment.pool))
        }
    }

    @Test("Calls of a second are given one after the other, as far as the horizon")
    func second() async throws {
        try await Self.with(ProviderLimits(perSecond: 10)) { _, limiter in
            let grant = try await limiter.reserve(Self.calls(50))
            // The first now, then one every 100 ms up to 2 s.
            #expect(grant.calls.count == 21)
            let starts = grant.calls.map(\.start)
            for (number, start) in starts.enumerated() {
                let offset = starts[0].duration(to: start) - .milliseconds(100) * number
                #expect(abs(offset / .milliseconds(1)) < 0.01)
            }
            let wait = try #require(grant.wait)
            #expect(wait <= .milliseconds(100))
            let later = try await limiter.reserve(Self.calls(5, from: 100))
            // By as much as the first answer was late they may seem early.
            #expect(later.calls.allSatisfy { $0.start > starts[10] })
        }
    }

    @Test(
        "However many ask at once, the limits of hour and day are kept",
        arguments: [(7, nil), (nil, 7), (7, 9)] as [(Int?, Int?)])
    func windows(_ perHour: Int?, _ perDay: Int?) async throws {
        try await Self.with(ProviderLimits(perHour: perHour, perDay: perDay)) { enrichment, _ in
            let granted = try await withThrowingTaskGroup(of: Int.self) { group in
                for worker in 0..<6 {
                    group.addTask {
                        // Each a process of its own, as far as the database can tell.
                        let limiter = RateLimiter(provider: "mock", pool: enrichment.pool)
                        return try await limiter.reserve(Self.calls(3, from: worker * 10)).calls.count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(granted == 7)
            let limiter = RateLimiter(provider: "mock", pool: enrichment.pool)
            let refused = try await limiter.reserve(Self.calls(1, from: 100))
            let wait = try #require(refused.wait)
            #expect(wait > .seconds(3500))
            // What was taken an hour, or a day, ago comes back.
            try await enrichment.pool.run { session in
                _ = try session.execute(
                    "update enrichment.buckets set hour_at = hour_at - interval '62 minutes', day_at = day_at - interval '25 hours'"
                )
            }
            let again = try await limiter.reserve(Self.calls(9, from: 200))
            #expect(again.calls.count == 7)
        }
    }

    @Test("Calls that come late do not come in a crowd")
    func pacing() {
        let limiter = RateLimiter(provider: "mock", pool: Pool("", maximum: 1))
        let moments = (0..<60).map { _ in limiter.admit(perSecond: 25) }
        for (early, late) in zip(moments, moments.dropFirst(25)) { #expect(late - early >= .seconds(1)) }
        let unlimited = limiter.admit(perSecond: nil)
        #expect(unlimited <= .now)
    }

    @Test("A budget of credits ends, and what a call did not use comes back")
    func credits() async throws {
        try await Self.with(ProviderLimits(creditBudget: 50)) { enrichment, limiter in
            let first = try await limiter.reserve(Self.calls(3, credits: 25))
            #expect(first.calls.count == 2)
            let spent = try await limiter.reserve(Self.calls(1, from: 10, credits: 25))
            #expect(spent.isSpent)
            try await enrichment.pool.run { _ = try $0.execute(ProviderLimit.giveBackCredits("mock", 30)) }
            let rest = try await limiter.reserve(Self.calls(1, from: 20, credits: 25))
            #expect(rest.calls.count == 1)
        }
    }

    @Test("Nobody asks what somebody else is asking")
    func flying() async throws {
        try await Self.with(ProviderLimits()) { enrichment, limiter in
            let other = RateLimiter(provider: "mock", pool: enrichment.pool)
            let first = try await limiter.reserve(Self.calls(3))
            let second = try await other.reserve(Self.calls(4))
            #expect(first.calls.count == 3)
            #expect(second.calls.count == 1)
        }
    }

    @Test("No more calls are under way than the provider allows")
    func concurrency() async throws {
        try await Self.with(ProviderLimits(), concurrency: 5) { enrichment, limiter in
            let first = try await limiter.reserve(Self.calls(8))
            #expect(first.calls.count == 5)
            let ends = first.calls.prefix(2).map {
                CallEnd(callID: $0.id, provider: "mock", state: .answered, credits: 0, reserved: 1)
            }
            try await enrichment.pool.run { _ = try $0.execute(ProviderLimit.end(ends)) }
            let second = try await limiter.reserve(Self.calls(8, from: 10))
            #expect(second.calls.count == 2)
        }
    }

    @Test(
        "Retry-After holds for everybody; the fifth failure opens the circuit, and one call tries whether it may close")
    func blocking() async throws {
        try await Self.with(ProviderLimits()) { enrichment, _ in
            let limiter = RateLimiter(provider: "mock", pool: enrichment.pool)
            let pool = enrichment.pool
            try await pool.run { _ = try $0.execute(ProviderLimit.block("mock", seconds: 100, because: "429")) }
            let blocked = try await limiter.reserve(Self.calls(1))
            #expect(blocked.calls.isEmpty && blocked.reason == "429")
            let wait = try #require(blocked.wait)
            #expect(wait > .seconds(98) && wait <= .seconds(100))
            try await pool.run { _ = try $0.execute("update enrichment.buckets set blocked_until = now()") }
            for _ in 0..<5 {
                try await pool.run { _ = try $0.execute(ProviderLimit.fail("mock", fraction: 1, because: "500")) }
            }
            let open = try await limiter.reserve(Self.calls(1, from: 10))
            #expect(open.calls.isEmpty && open.reason == "the circuit is open: 500")
            try await pool.run { _ = try $0.execute("update enrichment.buckets set blocked_until = now()") }
            let probe = try await limiter.reserve(Self.calls(5, from: 20))
            #expect(probe.calls.count == 1 && probe.hasFailed)
            let others = try await limiter.reserve(Self.calls(5, from: 30))
            #expect(others.calls.isEmpty)
            try await pool.run { _ = try $0.execute(ProviderLimit.succeed("mock")) }
            let closed = try await limiter.reserve(Self.calls(5, from: 40))
            #expect(closed.calls.count == 5)
        }
    }
}
