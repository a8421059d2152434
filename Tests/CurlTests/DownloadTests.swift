import Curl
import TestSupport
import Testing
import Threads

@Suite(.timeLimit(.minutes(5))) struct DownloadTests {
    @Test func aLargeBodyPassesThroughLittleMemory() async throws {
        try await FaultServer.with { server in
            let received = Received()
            let response = try await HTTPClient().download(
                HTTPRequest("GET", "\(server.url)/big?bytes=100000000", timeout: nil)
            ) { received.add($0) }
            #expect(response.status == 200)
            #expect(response.body.isEmpty)
            #expect(received.count == 100_000_000)
            #expect(received.largest <= 512 << 10)
        }
    }

    @Test func bytesArriveInOrder() async throws {
        try await FaultServer.with { server in
            let bytes = Locked<[UInt8]>([])
            _ = try await HTTPClient().download(HTTPRequest("GET", "\(server.url)/big?bytes=3000001")) { piece in
                bytes.withLock { $0 += piece }
            }
            let all = bytes.withLock { $0 }
            #expect(all == (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0) })
        }
    }

    @Test func aReceiverThatBlocksHoldsBackOnlyItsServer() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient.make(stall: .seconds(1))
            let (begun, begin) = AsyncStream<Void>.makeStream()
            let gate = ThreadGate()
            let received = Received()
            let download = Task {
                try await client.download(HTTPRequest("GET", "\(server.url)/big?bytes=50000000", timeout: nil)) {
                    piece in
                    if received.count == 0 {
                        begin.yield()
                        gate.wait()
                    }
                    received.add(piece)
                }
            }
            for await _ in begun { break }
            // The client's one thread is free.
            for _ in 0..<50 {
                let other = try await client.send(HTTPRequest("GET", "\(server.url)/echo"))
                #expect(other.status == 200)
            }
            #expect(received.count == 0)
            // Buffers of ours, of libcurl and of the kernel.
            let written = try await client.send(HTTPRequest("GET", "\(server.url)/written"))
            #expect(try #require(Int(written.text)) < 25_000_000)
            gate.open()
            let response = try await download.value
            #expect(response.status == 200)
            #expect(received.count == 50_000_000)
        }
    }

    @Test func whatTheReceiverThrowsEndsTheTransfer() async throws {
        struct DiskFull: Error {}
        try await FaultServer.with { server in
            let client = HTTPClient()
            await #expect(throws: DiskFull.self) {
                try await client.download(HTTPRequest("GET", "\(server.url)/endless", timeout: nil)) { _ in
                    throw DiskFull()
                }
            }
            let gone = try await client.send(HTTPRequest("GET", "\(server.url)/gone"))
            #expect(gone.status == 200)
        }
    }

    @Test func anErrorDocumentIsReadInsteadOfReceived() async throws {
        try await FaultServer.with { server in
            let received = Received()
            let client = HTTPClient()
            let missing = try await client.download(HTTPRequest("GET", "\(server.url)/status/404?bytes=500")) {
                received.add($0)
            }
            #expect(missing.status == 404)
            #expect(missing.body.count == 500)
            let long = try await client.download(HTTPRequest("GET", "\(server.url)/status/500?bytes=9000000")) {
                received.add($0)
            }
            #expect(long.status == 500)
            #expect(long.body.count == 64 << 10)
            #expect(received.count == 0)
        }
    }
}
