import Testing

@testable import API
@testable import Enrichment

struct RequestLimiterTests {
    @Test func aCallerHasABurstAndThenARate() {
        let (limiter, begin) = (RequestLimiter(perSecond: 5), ContinuousClock.now)
        let first = (0..<10).map { _ in limiter.wait("a", at: begin) }
        #expect(first.allSatisfy { $0 == nil })
        #expect(limiter.wait("a", at: begin) == 1)
        #expect(limiter.wait("a", at: begin + .milliseconds(200)) == nil)
        #expect(limiter.wait("a", at: begin + .milliseconds(200)) == 1)
    }

    @Test func callersDoNotPayForEachOther() {
        let (limiter, begin) = (RequestLimiter(perSecond: 1), ContinuousClock.now)
        _ = (0..<5).map { _ in limiter.wait("a", at: begin) }
        #expect(limiter.wait("b", at: begin) == nil)
    }
}
