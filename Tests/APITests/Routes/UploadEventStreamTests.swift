import HTTPTypes
import Hummingbird
import NIOCore
import Testing
import Threads

@testable import API

@Suite(.timeLimit(.minutes(1))) struct UploadEventStreamTests {
    /// Keeps what is written.
    private struct Pages: ResponseBodyWriter {
        let text = Locked("")

        func write(_ buffer: ByteBuffer) async throws { text.withLock { $0 += String(buffer: buffer) } }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    @Test(
        "A status is told once, and the end at the next heartbeat, though its signal was lost; the stream ends with it")
    func heartbeat() async throws {
        let states = Locked(["queued", "queued", "completed"])
        let watch = UploadWatch()
        let (signals, _) = watch.signals(of: "A")
        for signal in [UploadWatch.Signal.changed, .heartbeat, .progress("{}")] { watch.tell("A", signal) }
        let stream = UploadEventStream(uploadID: "A", watch: watch) {
            let state = states.withLock { $0.removeFirst() }
            return (ByteBuffer(string: state), state == "completed")
        }
        let pages = Pages()
        var writer: any ResponseBodyWriter = pages
        try await stream.write(signals, &writer)
        let text = pages.text.withLock { $0 }
        #expect(
            text == "retry: 2000\n\nevent: status\ndata: queued\n\n: still here\n\nevent: status\ndata: completed\n\n")
    }
}
