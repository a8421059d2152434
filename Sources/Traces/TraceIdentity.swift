import Tracing

/// What spans of other processes need to know of a span: "Trace Context", W3C Recommendation.
struct TraceIdentity: Sendable, Equatable {
    /// 32 hexadecimal digits, shared by all spans of a trace.
    var traceID: String
    /// 16 hexadecimal digits.
    var spanID: String
    /// Whether it is exported: who begins a trace decides for all.
    var isSampled: Bool
}

extension TraceIdentity {
    /// Nil for what is no `traceparent` of a version that is known.
    init?(traceParent: String) {
        guard let match = traceParent.wholeMatch(of: /00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/),
            let flags = UInt8(match.3, radix: 16)
        else { return nil }
        self.init(traceID: String(match.1), spanID: String(match.2), isSampled: flags & 1 == 1)
    }

    var traceParent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// An id that nobody else has; zeros are none.
    static func id(words: Int) -> String {
        let text = (0..<words).map { _ in UInt64.random(in: 1...UInt64.max).hexadecimal }
        return text.joined()
    }
}

extension UInt64 {
    /// 16 digits.
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension InstrumentationContext {
    private enum Key: InstrumentationContextKey { typealias Value = TraceIdentity }

    /// The span that what is done now belongs to.
    var identity: TraceIdentity? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
