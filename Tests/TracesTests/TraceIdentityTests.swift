import Testing

@testable import Traces

@Suite struct TraceIdentityTests {
    @Test(
        "What is no traceparent of version 00 is none",
        arguments: [
            "", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        ])
    func foreign(_ text: String) {
        #expect(TraceIdentity(traceParent: text) == nil)
    }

    @Test("A traceparent is read and written as it was, and its last bit says whether it is sampled")
    func roundTrip() throws {
        for (flags, isSampled) in [("00", false), ("01", true)] {
            let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-\(flags)"
            let identity = try #require(TraceIdentity(traceParent: text))
            #expect(identity.isSampled == isSampled && identity.traceParent == text)
        }
        let odd = try #require(
            TraceIdentity(traceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"))
        #expect(odd.isSampled)
    }

    @Test("Ids have their length and differ")
    func ids() {
        let ids = (0..<1000).map { _ in TraceIdentity.id(words: 2) }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil })
    }
}
