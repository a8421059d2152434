import Logging
import TestSupport
import Testing
import Tracing

@testable import Traces

@Suite(.timeLimit(.minutes(2))) struct SpanExporterTests {
    private static func exporter(_ collector: TraceCollector, key: String? = nil) -> SpanExporter {
        var configuration = SpanExporter.Configuration(
            endpoint: "\(collector.url)/v1/traces", resource: [("service.name", "catalog-test")])
        if let key { configuration.headers = [("api-key", key)] }
        return SpanExporter(configuration, logger: Logger(label: "test"))
    }

    private static func tracer(
        _ exporter: SpanExporter, _ sampling: ExportingTracer.Sampling = .all, followsParents: Bool = true
    ) -> ExportingTracer {
        ExportingTracer(exporter: exporter, sampling: sampling, followsParents: followsParents)
    }

    /// A caller's trace.
    private static func context(sampled: Bool) -> InstrumentationContext {
        var context = InstrumentationContext.topLevel
        context.identity = TraceIdentity(
            traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7", isSampled: sampled)
        return context
    }

    @Test("A span and its child arrive as OpenTelemetry's own schema reads them, with their values and what went wrong")
    func spans() async throws {
        try await TraceCollector.with("key=k3y") { collector in
            let exporter = Self.exporter(collector, key: "k3y")
            let tracer = Self.tracer(exporter)
            struct Failure: Error {}
            #expect(throws: Failure.self) {
                try tracer.withSpan("outer", context: Self.context(sampled: true), ofKind: .server) { span in
                    span.attributes["rows"] = 12
                    span.attributes["share"] = 0.5
                    span.attributes["whole"] = true
                    span.attributes["text"] = "ü \"\u{1}\" ∞"
                    try tracer.withSpan("inner", ofKind: .client) { _ in throw Failure() }
                }
            }
            await exporter.flush()
            let spans = try await collector.spans()
            #expect(spans.count == 2)
            let inner = try #require(spans.first { $0["name"] == "inner" })
            let outer = try #require(spans.first { $0["name"] == "outer" })
            #expect(outer["trace"] == "4bf92f3577b34da6a3ce929d0e0e4736" && outer["parent"] == "00f067aa0ba902b7")
            #expect(inner["trace"] == outer["trace"] && inner["parent"] == outer["id"])
            #expect(outer["kind"] == "server" && inner["kind"] == "client" && outer["service"] == "catalog-test")
            #expect(inner["status"] == "2" && inner["events"] == "exception")
            #expect(outer["rows"] == "12" && outer["share"] == "0.5" && outer["whole"] == "True")
            #expect(outer["text"] == "ü \"\u{1}\" ∞")
        }
    }

    @Test("What a collector could not take comes again, and what it will never take does not")
    func refusals() async throws {
        try await TraceCollector.with("refuse=1") { collector in
            let exporter = Self.exporter(collector)
            Self.tracer(exporter).withSpan("late", context: .topLevel) { _ in }
            await exporter.flush()
            let none = try await collector.spans()
            await exporter.flush()
            let one = try await collector.spans()
            #expect(none.isEmpty && one.map { $0["name"] } == ["late"])
            await exporter.flush()
            #expect(try await collector.log() == ["answered 503": 1, "answered 200": 1])
        }
        try await TraceCollector.with("key=right") { collector in
            let exporter = Self.exporter(collector, key: "wrong")
            Self.tracer(exporter).withSpan("refused", context: .topLevel) { _ in }
            await exporter.flush()
            await exporter.flush()
            let log = try await collector.log()
            #expect(log == ["answered 401": 1])
        }
    }

    @Test("While the collector is away memory is bounded: the first 2,048 spans are kept, in batches of 512")
    func bounded() async throws {
        try await TraceCollector.with("refuse=1") { collector in
            let exporter = Self.exporter(collector)
            let tracer = Self.tracer(exporter)
            for _ in 0..<3000 { tracer.withSpan("many", context: .topLevel) { _ in } }
            await exporter.flush()
            await exporter.flush()
            let spans = try await collector.spans()
            #expect(spans.count == 2048)
            #expect(try await collector.log() == ["answered 503": 1, "answered 200": 4])
        }
    }

    @Test("Who begins a trace decides whether it is exported, unless every process shall decide by itself")
    func sampling() async throws {
        try await TraceCollector.with { collector in
            let exporter = Self.exporter(collector)
            Self.tracer(exporter).withSpan("unwanted", context: Self.context(sampled: false)) {
                #expect(!$0.isRecording)
            }
            Self.tracer(exporter, .none).withSpan("wanted", context: Self.context(sampled: true)) { _ in }
            Self.tracer(exporter, .none, followsParents: false)
                .withSpan("unwanted", context: Self.context(sampled: true)) { #expect(!$0.isRecording) }
            let tenth = Self.tracer(exporter, .ratio(0.1))
            for _ in 0..<1000 { tenth.withSpan("tenth", context: .topLevel) { _ in } }
            await exporter.flush()
            let names = try await collector.spans().map { $0["name"] }
            #expect(names.count { $0 == "wanted" } == 1 && names.count { $0 == "unwanted" } == 0)
            // The chance that it is outside by chance is below one in a million.
            #expect((55...150).contains(names.count { $0 == "tenth" }))
        }
    }

    @Test("A span that has ended stays as it was, and ends once")
    func ended() async throws {
        try await TraceCollector.with { collector in
            let exporter = Self.exporter(collector)
            let span = Self.tracer(exporter).startSpan("first", context: .topLevel)
            span.end()
            span.operationName = "second"
            span.end()
            await exporter.flush()
            let spans = try await collector.spans()
            #expect(spans.map { $0["name"] } == ["first"])
        }
    }
}
