import HTTPTypes
import Hummingbird
import NIOCore

/// The answer to `GET /uploads/{id}/events`: `text/event-stream` (HTML Living Standard, section 9.2).
///
/// The first event is how the upload stands now, so that a client that lost the connection need not remember anything.
struct UploadEventStream: Sendable {
    let uploadID: String
    let watch: UploadWatch
    /// The upload as JSON, and whether nothing more will happen to it.
    let read: @Sendable () async throws -> (json: ByteBuffer, isFinal: Bool)

    func response(_ call: Call) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                // Before the first look, so that nothing is missed between them.
                let (signals, leave) = watch.signals(of: uploadID)
                try await call.request.body.consumeWithInboundCloseHandler { _ in
                    try await write(signals, &writer)
                } onInboundClosed: {
                    leave()
                }
                try await writer.finish(nil)
            })
    }

    func write(_ signals: AsyncStream<UploadWatch.Signal>, _ writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        var last: ByteBuffer?
        guard try await !writeStatus(unlike: &last, &writer) else { return }
        for await signal in signals {
            switch signal {
            case .changed:
                if try await writeStatus(unlike: &last, &writer) { return }
            case .progress(let json): try await writer.write(Self.event("progress", ByteBuffer(string: json)))
            case .heartbeat:
                try await writer.write(ByteBuffer(string: ": still here\n\n"))
                // Whoever did not read for minutes may have lost the signal of the end.
                if try await writeStatus(unlike: &last, &writer) { return }
            }
        }
    }

    /// Writes the status, unless it was written last.
    /// - Returns: whether it was the last event.
    private func writeStatus(
        unlike last: inout ByteBuffer?, _ writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        let (json, isFinal) = try await read()
        if json != last { try await writer.write(Self.event("status", json)) }
        last = json
        return isFinal
    }

    private static func event(_ name: String, _ json: ByteBuffer) -> ByteBuffer {
        var event = ByteBuffer(string: "event: \(name)\ndata: ")
        event.writeImmutableBuffer(json)
        event.writeString("\n\n")
        return event
    }
}
