package import Curl
package import Logging
import ServiceLifecycle
import Threads

/// Sends the spans that ended to a collector: OTLP over HTTP, as JSON.
///
/// Nobody's work waits for it, and it holds no more than 2,048 spans: while the collector is away further ones are dropped, and the
/// log says how many. Source: "OpenTelemetry Protocol Specification", sections OTLP/HTTP and JSON Protobuf Encoding.
package final class SpanExporter: Service {
    /// Where to, and how.
    package struct Configuration: Sendable {
        /// The whole address: `http://collector:4318/v1/traces`.
        package var endpoint: String
        package var headers: [(name: String, value: String)] = []
        package var timeout = Duration.seconds(10)
        /// What says who exports: `service.name` and others.
        package var resource: [(name: String, value: String)]

        package init(endpoint: String, resource: [(name: String, value: String)]) {
            self.endpoint = endpoint
            self.resource = resource
        }
    }

    private struct State {
        var spans: [ExportedSpan.Record] = []
        var dropped = 0
        var isAway = false
    }

    /// Defaults of `OTEL_BSP_MAX_QUEUE_SIZE`, `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` and `OTEL_BSP_SCHEDULE_DELAY`.
    private static let most = 2048
    private static let batch = 512
    private static let interval = Duration.seconds(5)

    private let configuration: Configuration
    private let http: HTTPClient
    private let logger: Logger
    private let state = Locked(State())

    package init(_ configuration: Configuration, http: HTTPClient = HTTPClient(), logger: Logger) {
        self.configuration = configuration
        self.http = http
        self.logger = logger
    }

    func take(_ span: ExportedSpan.Record) {
        state.withLock { state in
            if state.spans.count < Self.most { state.spans.append(span) } else { state.dropped += 1 }
        }
    }

    /// The first service to start, and so the last to stop: what the others did last is sent too.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            // Only cancellation ends the sleep early.
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.flush() }
        }
        // The process ends: the last spans go out without the cancellation of this task.
        await Task { await self.flush() }.value
    }

    /// Sends what there is, until the collector refuses.
    package func flush() async {
        while true {
            let spans = state.withLock { Array($0.spans.prefix(Self.batch)) }
            guard !spans.isEmpty, await send(spans) else { return }
            state.withLock { $0.spans.removeFirst(spans.count) }
        }
    }

    /// - Returns: whether these spans are done with.
    private func send(_ spans: [ExportedSpan.Record]) async -> Bool {
        let json = SpanJSON.request(spans, resource: configuration.resource)
        do {
            let response = try await http.send(
                HTTPRequest(
                    "POST", configuration.endpoint,
                    headers: configuration.headers + [("Content-Type", "application/json")], body: .bytes(json),
                    timeout: configuration.timeout))
            // Section "Failures": these may succeed later, others never will.
            guard ![429, 502, 503, 504].contains(response.status) else {
                tell("the collector answered \(response.status)")
                return false
            }
            if response.isSuccess { tell(nil) } else { tell("the collector refused spans with \(response.status)") }
            return true
        } catch {
            tell("\(error)")
            return false
        }
    }

    /// Once for each outage, and when it is over.
    private func tell(_ failure: String?) {
        let (isNews, dropped) = state.withLock { state -> (Bool, Int) in
            defer {
                state.isAway = failure != nil
                if failure == nil { state.dropped = 0 }
            }
            return (state.isAway != (failure != nil), state.dropped)
        }
        guard isNews else { return }
        if let failure {
            logger.warning("traces.failed", metadata: ["error": "\(failure)"])
        } else {
            logger.notice("traces.resumed", metadata: ["dropped": .stringConvertible(dropped)])
        }
    }
}
