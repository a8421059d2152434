import Logging
package import Tracing

extension JobContext {
    /// Does `body` as a span of the trace that `context` belongs to, or of a new one; the jobs it enqueues and whoever it asks for
    /// help belong to that span. Without a tracer only the context is set.
    package static func withSpan<Result>(
        _ name: String, _ kind: SpanKind, of context: JobContext, _ body: (any Span) async throws -> Result
    ) async rethrows -> Result {
        var parent = InstrumentationContext.topLevel
        InstrumentationSystem.instrument.extract(context, into: &parent, using: TraceParent())
        return try await Tracing.withSpan(name, context: parent, ofKind: kind) { span in
            var inner = context
            InstrumentationSystem.instrument.inject(span.context, into: &inner, using: TraceParent())
            return try await $current.withValue(inner) { try await body(span) }
        }
    }
}

/// The one header of a trace, where this service keeps it.
private struct TraceParent: Extractor, Injector {
    func extract(key: String, from context: JobContext) -> String? { key == "traceparent" ? context.traceParent : nil }

    func inject(_ value: String, forKey key: String, into context: inout JobContext) {
        if key == "traceparent" { context.traceParent = value }
    }
}

extension Logger {
    /// One whose lines have these as well.
    func adding(_ metadata: Metadata) -> Logger {
        var logger = self
        for (key, value) in metadata { logger[metadataKey: key] = value }
        return logger
    }
}
