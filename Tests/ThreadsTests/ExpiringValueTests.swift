import Foundation
import TestSupport
import Testing
import Threads

@Suite(.timeLimit(.minutes(1))) struct ExpiringValueTests {
    private struct Away: Error {}

    /// A source that counts, may be away, and gives values for 100 s that are to be renewed after 60.
    private final class Source: Sendable {
        private let state = Locked((calls: 0, isAway: false))
        let clock = TestClock()

        var calls: Int { state.withLock { $0.calls } }
        func isAway(_ away: Bool) { state.withLock { $0.isAway = away } }

        func value(valid: TimeInterval? = 100, pauses: ExpiringValue<Int>.Pauses = .init()) -> ExpiringValue<Int> {
            ExpiringValue(pauses: pauses, now: { self.clock.now }) {
                for _ in 0..<50 { await Task.yield() }
                let number = try self.state.withLock { state in
                    state.calls += 1
                    guard !state.isAway else { throw Away() }
                    return state.calls
                }
                return .init(number, renewAt: self.clock.after(60), validUntil: valid.map(self.clock.after))
            }
        }
    }

    private func all(_ value: ExpiringValue<Int>) async throws -> Set<Int> {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await value.value() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
    }

    @Test("However many callers want it, it is fetched once; a renewal keeps nobody waiting but the one that makes it")
    func singleFlight() async throws {
        let source = Source()
        let value = source.value()
        #expect(try await all(value) == [1])
        source.clock.advance(60)
        #expect(try await all(value).isSubset(of: [1, 2]))
        #expect(try await value.value() == 2)
        #expect(source.calls == 2)
    }

    @Test("While the source is away the old value is given as long as it is valid, and the source is left alone")
    func grace() async throws {
        let source = Source()
        let value = source.value()
        #expect(try await value.value() == 1)
        source.isAway(true)
        source.clock.advance(69)
        for _ in 0..<3 { #expect(try await value.value() == 1) }
        #expect(source.calls == 2)
        source.clock.advance(30)
        #expect(try await value.value() == 1)
        #expect(source.calls == 3)
        source.clock.advance(1)
        await #expect(throws: Away.self) { try await value.value() }
        source.isAway(false)
        #expect(try await value.value() == 5)
    }

    @Test("Without a valid value a failure is repeated for the pause, without asking")
    func pause() async throws {
        let source = Source()
        source.isAway(true)
        let value = source.value(pauses: .init(withoutValue: 5))
        for _ in 0..<3 { await #expect(throws: Away.self) { try await value.value() } }
        #expect(source.calls == 1)
        source.isAway(false)
        source.clock.advance(5)
        #expect(try await value.value() == 2)
    }

    @Test("A refused value is fetched again, one that took its place is kept")
    func invalidation() async throws {
        let source = Source()
        let value = source.value(valid: nil)
        let first = try await value.value()
        await value.invalidate { $0 == first }
        let second = try await value.value()
        await value.invalidate { $0 == first }
        let third = try await value.value()
        let values: [Int] = [first, second, third]
        #expect(values == [1, 2, 2])
    }

    @Test("A newer one is fetched on demand, but not more often than allowed")
    func onDemand() async throws {
        let source = Source()
        let value = source.value()
        #expect(try await value.value() == 1)
        #expect(try await value.renew(atMostEvery: 30) == 1)
        source.clock.advance(30)
        #expect(try await value.renew(atMostEvery: 30) == 2)
        source.isAway(true)
        source.clock.advance(30)
        await #expect(throws: Away.self) { try await value.renew(atMostEvery: 30) }
        #expect(try await value.renew(atMostEvery: 30) == 2)
        #expect(source.calls == 3)
    }
}
