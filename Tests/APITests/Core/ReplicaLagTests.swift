import Testing

@testable import API

struct ReplicaLagTests {
    private static let begin = ContinuousClock.now

    private static func at(_ seconds: Int) -> ContinuousClock.Instant { begin + .seconds(seconds) }

    @Test("A standby is as old as the last look at which it has arrived")
    func lag() {
        var lag = ReplicaLag()
        #expect(lag.lag(at: Self.at(0)) == nil, "nothing is known")
        lag.note(100, at: Self.at(0), replayed: 90)
        #expect(lag.lag(at: Self.at(0)) == nil)
        lag.note(200, at: Self.at(1), replayed: 150)
        #expect(lag.lag(at: Self.at(1)) == .seconds(1), "it has what was there at the first look")
        lag.note(300, at: Self.at(2), replayed: 300)
        #expect(lag.lag(at: Self.at(2)) == .zero)
        #expect(lag.lag(at: Self.at(9)) == .seconds(7), "nobody looks any more")
    }

    @Test("One that stands still grows old although it answers; one that is idle does not")
    func standsStill() {
        var lag = ReplicaLag()
        lag.note(100, at: Self.at(0), replayed: 100)
        for second in 1...5 { lag.note(100 + second, at: Self.at(second), replayed: 100) }
        #expect(lag.lag(at: Self.at(5)) == .seconds(5))
        lag.note(106, at: Self.at(6), replayed: 103)
        #expect(lag.lag(at: Self.at(6)) == .seconds(3))
        for second in 7...20 { lag.note(106, at: Self.at(second), replayed: 106) }
        #expect(lag.lag(at: Self.at(20)) == .zero)
    }

    @Test("A server that is no standby any more answers nothing")
    func promoted() {
        var lag = ReplicaLag()
        lag.note(100, at: Self.at(0), replayed: 100)
        lag.note(100, at: Self.at(1), replayed: nil)
        #expect(lag.lag(at: Self.at(1)) == nil)
    }

    @Test("However long it stands still, what is remembered is bounded, and it is found to have caught up")
    func bounded() {
        var lag = ReplicaLag()
        for second in 0..<5000 { lag.note(second + 1, at: Self.at(second), replayed: 0) }
        #expect(lag.lag(at: Self.at(5000)) == nil)
        lag.note(6000, at: Self.at(5000), replayed: 4990)
        #expect(lag.lag(at: Self.at(5000)) == .seconds(11))
    }
}
