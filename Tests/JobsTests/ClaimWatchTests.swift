import Testing

@testable import Jobs

@Suite struct ClaimWatchTests {
    private let start = ContinuousClock.now
    private let lease = Duration.seconds(30)

    @Test("Silence for longer than a lease is told once, and so is its end")
    func news() {
        var contact = QueueContact(now: start)
        #expect(contact.news(at: start + .seconds(30), lease: lease) == nil)
        #expect(contact.news(at: start + .seconds(31), lease: lease) == .silent(.seconds(31)))
        #expect(contact.news(at: start + .seconds(60), lease: lease) == nil)
        contact.answered(at: start + .seconds(61))
        #expect(contact.news(at: start + .seconds(62), lease: lease) == .answersAgain)
        #expect(contact.news(at: start + .seconds(63), lease: lease) == nil)
        #expect(contact.silence(at: start + .seconds(91), lease: lease) == nil)
        #expect(contact.silence(at: start + .seconds(92), lease: lease) == .seconds(31))
    }

    @Test("An answer that is told late does not turn the clock back")
    func late() {
        var contact = QueueContact(now: start)
        contact.answered(at: start + .seconds(20))
        contact.answered(at: start + .seconds(10))
        #expect(contact.silence(at: start + .seconds(45), lease: lease) == nil)
    }
}
