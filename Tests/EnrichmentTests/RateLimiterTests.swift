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
                requestID: id, batchNumber: 0, attempt: 1, creditsEach: credits)
        }
    }

    private static func with<Result>(
        _ limits: ProviderLimits, concurrency: Int = 1000, _ body: (Enrichment, RateLimiter) async throws -> Result
    ) async throws -> Result {
        try await Enrichment.with([.mock(limits: limits, concurrency: concurrency)]) { enrichment in
            try await body(enrichment, RateLimiter(provider: "mock", pool: enrichment.pool))
        }
    }

    @Test("What is remembered is told, except to who wants it anew; of two who ask the same one does")
    func known() async throws {
        try await Self.with(ProviderLimits()) { enrichment, limiter in
            let questions = Self.calls(3).flatMap(\.questions)
            var book = AnswerBook()
            book.take(
                ProviderCaller.Outcome(
                    questions: [questions[0]], answers: [.match(fields: ["job_title": "\"Head\"\n"], confidence: 0.75)],
                    end: CallEnd(callID: 0, provider: "mock", state: .answered, credits: 1, reserved: 1)),
                from: .mock())
            let answers = book
            try await enrichment.pool.transaction { try answers.store($0) }
            func wanted(_ questions: [Question], since: String? = nil) -> WantedAnswers {
                WantedAnswers(questions: questions, freshSince: since, fields: ["job_title", "phone"]) { open in
                    open.isEmpty
                        ? []
                        : [
                            PlannedCall(
                                capability: .contactEnrich, questions: open, requestID: Self.id, batchNumber: 0,
                                attempt: 1, creditsEach: 1)
                        ]
                }
            }
            let grant = try await limiter.reserve(wanted(Array(questions[..<2])))
            #expect(grant.known.keys.elementsEqual([questions[0].hash]))
            #expect(grant.known[questions[0].hash]?.isMatch == true)
            #expect(grant.known[questions[0].hash]?.fields == ["job_title"])
            #expect(grant.calls.map { $0.plan.questions.map(\.hash) } == [[questions[1].hash]])
            // The second question is being asked.
            async let fresh = limiter.reserve(wanted(Array(questions[..<2]), since: "infinity"))
            async let one = limiter.reserve(wanted([questions[2]]))
            async let other = limiter.reserve(wanted([questions[2]]))
            let (again, both) = (try await fresh, [try await one, try await other])
            #expect(again.known.isEmpty)
            #expect(again.calls.map { $0.plan.questions.map(\.hash) } == [[questions[0].hash]])
            #expect(both.flatMap(\.calls).count == 1)
        }
    }

    @Test("Calls of a second are given one after the other, as far as the horizon")
    func second() async throws {
        try await Self.with(ProviderLimits(perSecond: 10)) { _, limiter in
            let grant = try await limiter.reserve(Self.calls(50))
            // The first now, then one every 101 ms up to 2 s; what begins before is given.
            #expect(grant.calls.count == 21)
            let starts = grant.calls.map(\.start)
            for (number, start) in starts.enumerated() {
                let offset = starts[0].duration(to: start) - .microseconds(101_000) * number
                #expect(abs(offset / .milliseconds(1)) < 0.01)
            }
            let wait = try #require(grant.wait)
            #expect(wait <= .milliseconds(101))
            let later = try await limiter.reserve(Self.calls(5, from: 100))
            // By as much as the first answer was late they may seem early.
            #expect(later.calls.allSatisfy { $0.start > starts[10] })
        }
    }

    @Test("A budget is charged with what each call may cost, not with what the dearest may")
    func budget() async throws {
        let limits = ProviderLimits(creditBudget: 8)
        try await Self.with(limits) { enrichment, limiter in
            func call(_ count: Int, from: Int) -> PlannedCall {
                var call = Self.calls(1)[0]
                call.questions = Self.calls(count, from: from).flatMap(\.questions)
                return call
            }
            // The second asks one of the first, too, which is asked once.
            let calls = [call(5, from: 0), call(2, from: 4), call(1, from: 10), call(2, from: 20)]
            let grant = try await limiter.reserve(calls)
            #expect(grant.calls.map(\.plan.credits) == [5, 1, 1])
            let rest = try await limiter.reserve([calls[3]])
            #expect(rest.calls.isEmpty && rest.refusal?.contains("budget") == true)
            let used = try await enrichment.value(
                "select credits_used || ' ' || (select sum(credits) from enrichment.calls) from enrichment.buckets")
            #expect(used == "7 7")
        }
    }

    @Test(
        "However many ask at once, the limits of hour and day are kept",
        arguments: [(7, nil), (nil, 7), (7, 9)] as [(Int?, Int?)])
    func periods(_ perHour: Int?, _ perDay: Int?) async throws {
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

    @Test("No window of a second has room for more calls than the limit, however large or small it is")
    func windows() {
        for perSecond in [0.2, 1, 2.5, 25, 50, 51, 99.5, 1000] {
            let window = SendingWindow(perSecond: perSecond)
            // As many windows as a second touches the most of, when they follow each other.
            let most = perSecond < 1 ? 1 : Double(window.calls) * (1 / window.length).rounded(.up)
            #expect(most <= max(1, perSecond) && window.calls <= 50, "\(perSecond)")
            #expect(Double(window.calls) / window.length > perSecond * 0.6)
        }
    }

    @Test(
        "Processes that send at once, and late, keep the limit of a second together, and nobody sends while the provider is blocked"
    )
    func sending() async throws {
        try await Self.with(ProviderLimits(perSecond: 10)) { enrichment, limiter in
            let pool = enrichment.pool
            var ids: [Int] = []
            for round in 0..<3 { ids += try await limiter.reserve(Self.calls(15, from: round * 15)).calls.map(\.id) }
            // Each a process of its own, as far as the database can tell.
            let limiters = (0..<3).map { _ in RateLimiter(provider: "mock", pool: pool) }
            let sent = try await withThrowingTaskGroup(of: ContinuousClock.Instant?.self) { group in
                for (number, id) in ids.prefix(25).enumerated() {
                    group.addTask {
                        try await limiters[number % 3].admit(id, perSecond: 10) ? .now : nil
                    }
                }
                var moments: [ContinuousClock.Instant] = []
                for try await moment in group { if let moment { moments.append(moment) } }
                return moments.sorted()
            }
            #expect(sent.count == min(25, ids.count))
            for (early, late) in zip(sent, sent.dropFirst(10)) { #expect(late - early >= .milliseconds(999)) }
            let noted = try await enrichment.value("select count(*) from enrichment.calls where sent_at is not null")
            #expect(noted == "\(sent.count)")
            let more = try await limiter.reserve(Self.calls(1, from: 900)).calls
            try await pool.run { _ = try $0.execute(ProviderLimit.block("mock", seconds: 60, because: "429")) }
            for call in more { #expect(try await limiters[0].admit(call.id, perSecond: 10) == false) }
        }
    }

    @Test("A database that takes long for each note lets calls through all the same, once each")
    func slowNotes() async throws {
        try await Self.with(ProviderLimits(perSecond: 10)) { enrichment, limiter in
            try await enrichment.pool.run { session in
                try session.executeScript(
                    """
                    create function public.be_slow() returns trigger language plpgsql as
                        'begin perform pg_sleep(0.4); return null; end';
                    create trigger slow after update on enrichment.calls for each statement execute function public.be_slow();
                    """)
            }
            let grant = try await limiter.reserve(Self.calls(3))
            for call in grant.calls {
                let isAdmitted = try await limiter.admit(call.id, perSecond: 10)
                #expect(isAdmitted)
            }
            let sent = try await enrichment.value("select count(*) from enrichment.calls where sent_at is not null")
            #expect(sent == "3")
        }
    }

    @Test("A budget of credits ends, and what a call did not use comes back")
    func credits() async throws {
        try await Self.with(ProviderLimits(creditBudget: 50)) { enrichment, limiter in
            let first = try await limiter.reserve(Self.calls(3, credits: 25))
            #expect(first.calls.count == 2)
            let spent = try await limiter.reserve(Self.calls(1, from: 10, credits: 25))
            #expect(spent.refusal?.contains("the credit budget of provider mock is spent") == true)
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
                try await pool.run { _ = try $0.execute(ProviderLimit.fail("mock", age: 0, because: "500")) }
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

    @Test(
        "Calls under way when the circuit opens count once; each failed try doubles the time to the next, up to a minute"
    )
    func openings() async throws {
        try await Self.with(ProviderLimits()) { enrichment, limiter in
            var waits: [String?] = []
            for _ in 0..<4 {
                _ = try await enrichment.pool.run {
                    _ = try $0.execute(ProviderLimit.fail("mock", age: 0, because: "500"))
                }
            }
            for round in 0..<8 {
                // The fifth, or the try that fails, and 63 that were sent before the circuit opened.
                for call in 0..<64 {
                    try await enrichment.pool.run {
                        _ = try $0.execute(ProviderLimit.fail("mock", age: call == 0 ? 0 : 3600, because: "500"))
                    }
                }
                let blocked = try await limiter.reserve(Self.calls(1, from: round * 100))
                #expect(blocked.blockade != nil)
                waits.append(
                    try await enrichment.value(
                        "select round(extract(epoch from blocked_until - opened_at)) from enrichment.buckets"))
                // That time goes by, and one call tries.
                _ = try await enrichment.value("update enrichment.buckets set blocked_until = now() returning provider")
                #expect(try await limiter.reserve(Self.calls(3, from: round * 100 + 50)).calls.count == 1)
            }
            #expect(waits == ["2", "4", "8", "16", "32", "60", "60", "60"])
        }
    }
}

extension RateLimiter {
    /// Reserves calls that are planned already, as far as nobody knows the answers.
    fileprivate func reserve(_ calls: [PlannedCall]) async throws -> Grant {
        try await reserve(
            WantedAnswers(questions: calls.flatMap(\.questions)) { open in
                var open = Set(open.map(\.hash))
                return calls.compactMap { call in
                    var call = call
                    call.questions = call.questions.filter { open.remove($0.hash) != nil }
                    return call.questions.isEmpty ? nil : call
                }
            })
    }
}
