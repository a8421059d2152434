import Threads
package import Tracing

/// A piece of work that is exported when it ends, if its trace is sampled.
package final class ExportedSpan: Span {
    /// What the exporter writes.
    struct Record: Sendable {
        var identity: TraceIdentity
        var parentID: String?
        var name: String
        var kind: SpanKind
        /// In nanoseconds since 1970.
        var begin: UInt64
        var end: UInt64?
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var events: [SpanEvent] = []
        var links: [TraceIdentity] = []
    }

    package let context: InstrumentationContext
    package let isRecording: Bool
    private let state: Locked<Record>
    private let export: @Sendable (Record) -> Void

    init(_ record: Record, in context: InstrumentationContext, export: @escaping @Sendable (Record) -> Void) {
        var context = context
        context.identity = record.identity
        self.context = context
        isRecording = record.identity.isSampled
        state = Locked(record)
        self.export = export
    }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { change { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { change { $0.attributes = newValue } }
    }

    package func setStatus(_ status: SpanStatus) { change { $0.status = status } }

    package func addEvent(_ event: SpanEvent) { change { $0.events.append(event) } }

    package func addLink(_ link: SpanLink) {
        guard let identity = link.context.identity else { return }
        change { $0.links.append(identity) }
    }

    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard isRecording else { return }
        let end = instant().nanosecondsSinceEpoch
        let ended = state.withLock { record -> Record? in
            guard record.end == nil else { return nil }
            record.end = max(end, record.begin)
            return record
        }
        if let ended { export(ended) }
    }

    /// What has ended stays as it was.
    private func change(_ body: (inout Record) -> Void) {
        guard isRecording else { return }
        state.withLock { record in
            if record.end == nil { body(&record) }
        }
    }
}
