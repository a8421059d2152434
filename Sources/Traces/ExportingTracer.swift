package import Tracing

/// Makes spans whose ends are exported. Their identity travels as `traceparent`.
package struct ExportingTracer: Tracer {
    /// Which traces are exported.
    package enum Sampling: Sendable, Equatable {
        case all, none
        /// This share of those that begin here.
        case ratio(Double)
    }

    private let exporter: SpanExporter
    private let sampling: Sampling
    /// Whether those that began elsewhere are sampled as was decided there.
    private let followsParents: Bool

    package init(exporter: SpanExporter, sampling: Sampling, followsParents: Bool) {
        self.exporter = exporter
        self.sampling = sampling
        self.followsParents = followsParents
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> ExportedSpan {
        let context = context()
        let parent = context.identity
        let traceID = parent?.traceID ?? TraceIdentity.id(words: 2)
        let isSampled = parent.flatMap { followsParents ? $0.isSampled : nil } ?? isSampled(traceID)
        let identity = TraceIdentity(traceID: traceID, spanID: TraceIdentity.id(words: 1), isSampled: isSampled)
        let record = ExportedSpan.Record(
            identity: identity, parentID: parent?.spanID, name: operationName, kind: kind,
            begin: instant().nanosecondsSinceEpoch)
        return ExportedSpan(record, in: context) { [exporter] in exporter.take($0) }
    }

    /// By the id, so that every process decides the same.
    private func isSampled(_ traceID: String) -> Bool {
        switch sampling {
        case .all: true
        case .none: false
        case .ratio(let ratio):
            // "TraceIdRatioBased", OpenTelemetry: the last seven bytes are random.
            Double(UInt64(traceID.suffix(14), radix: 16) ?? 0) < ratio * Double(UInt64(1) << 56)
        }
    }

    package func forceFlush() {}

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: "traceparent", from: carrier),
            let identity = TraceIdentity(traceParent: text)
        else { return }
        context.identity = identity
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let identity = context.identity else { return }
        injector.inject(identity.traceParent, forKey: "traceparent", into: &carrier)
    }
}
