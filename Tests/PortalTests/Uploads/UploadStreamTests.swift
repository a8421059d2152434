import Catalog
import HTTPTypes
import Hummingbird
import NIOCore
import Postgres
import TestSupport
import Testing
import Threads

@testable import API
@testable import Portal

@Suite(.timeLimit(.minutes(3))) struct UploadStreamTests {
    /// Keeps what is written.
    private struct Pages: ResponseBodyWriter {
        let text = Locked("")

        func write(_ buffer: ByteBuffer) async throws { text.withLock { $0 += String(buffer: buffer) } }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    /// An upload that waits, and as it is once it was cancelled.
    private static func lines() async throws -> (waiting: UploadLine, ended: UploadLine) {
        try await withDatabase(migrated: true) { conninfo in
            try await Pool(conninfo).closing { pool in
                try await pool.transaction { session in
                    try session.addVendor(Vendor(vendorID: "V001", vendorName: "Acme", email: "a@example.com"))
                    let upload = Upload(
                        uploadID: "A", vendorID: "V001", fileName: "f.csv", mode: .create, policy: .loadValid,
                        bucket: "inbox", objectKey: "uploads/V001/f.csv")
                    try session.queueUpload(upload, source: "test")
                    let read = { try session.query(UploadPageReads.select(["A"])).map(UploadLine.init)[0] }
                    let waiting = try read()
                    _ = try session.cancelUpload("A", by: "test")
                    return (waiting, try read())
                }
            }
        }
    }

    @Test(
        "The end of an upload is told at the next heartbeat, though its signal was lost, once; a heartbeat tells nothing else, and the stream ends with the last upload"
    )
    func heartbeat() async throws {
        let (waiting, ended) = try await Self.lines()
        #expect(!waiting.isFinal && ended.isFinal)
        let watch = UploadWatch()
        let signals = watch.signals(of: "A").0
        // The first finds nothing new, the second the end, and a third has nobody to tell.
        for _ in 0..<3 { watch.tell("A", .heartbeat) }
        let reads = Locked([[waiting], [waiting], [ended]])
        let stream = UploadStream(uploadIDs: ["A"], read: { _ in reads.withLock { $0.removeFirst() } }) { line, _ in
            [(line.uploadID, line.state == .failed ? "over" : "waits")]
        }
        let pages = Pages()
        var writer: any ResponseBodyWriter = pages
        try await stream.write([("A", signals)], &writer)
        let (text, left) = (pages.text.withLock { $0 }, reads.withLock { $0.count })
        #expect(
            text == """
                retry: 2000

                event: A
                data: waits

                : still here

                : still here

                event: A
                data: over

                event: ended
                data:

                event: done
                data:


                """)
        #expect(left == 0)
    }
}
