import Testing

@testable import Jobs

@Suite struct ClaimWatchTests {
    private let start = ContinuousClock.now
    private let limit = Duration.seconds(30)

    @Test("Silence for longer than a lease is told once, and so is its end")
    func news() {
        var contact = QueueContact(now: start)
        #expect(contact.news(at: start + .seconds(30), limit: limit) == nil)
        #expect(contact.news(at: start + .seconds(31), limit: limit) == .silent(.seconds(31)))
        #expect(contact.news(at: start + .seconds(60), limit: limit) == nil)
        contact.answered(at: start + .seconds(61))
        #expect(contact.news(at: start + .seconds(62), limit: limit) == .answersAgain)
        #expect(contact.news(at: start + .seconds(63), limit: limit) == nil)
        #expect(contact.silence(at: start + .seconds(91), limit: limit) == nil)
        #expect(contact.silence(at: start + .seconds(92), limit: limit) == .seconds(31))
    }

    @Test("An answer that is told late does not turn the clock back")
    func late() {
        var contact = QueueContact(now: start)
        contact.answered(at: start + .seconds(20))
        contact.answered(at: start + .seconds(10))
        #expect(contact.silence(at: start + .seconds(45), limit: limit) == nil)
    }
}
