@testable import Curl
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TransferCancellationTests {
    @Test(arguments: ["silent", "slow-headers", "stall"])
    func aCancelledTaskEndsItsTransfer(fault: String) async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            let task = Task { try await client.send(HTTPRequest("GET", "\(server.url)/\(fault)", timeout: nil)) }
            let begun = try await client.send(HTTPRequest("GET", "\(server.url)/begun?path=/\(fault)"))
            #expect(begun.status == 200)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let gone = try await client.send(HTTPRequest("GET", "\(server.url)/gone"))
            #expect(gone.status == 200)
        }
    }

    @Test func aTaskCancelledBeforeItBeganSendsNothing() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.send(HTTPRequest("GET", "\(server.url)/silent", timeout: nil))
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func aCancelledDownloadEndsAfterItsReceiver() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            let (begun, begin) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await client.download(HTTPRequest("GET", "\(server.url)/endless", timeout: nil)) { _ in
                    begin.yield()
                }
            }
            for await _ in begun { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let gone = try await client.send(HTTPRequest("GET", "\(server.url)/gone"))
            #expect(gone.status == 200)
        }
    }

    /// A cancelled download first discards its sink. libcurl may report the refused bytes before the driver hears of the cancellation.
    @Test func bytesNobodyWantsAnyMoreAreACancellation() async throws {
        try await FaultServer.with { server in
            let driver = Driver(connectionsPerHost: 1)
            defer { driver.close() }
            let sink = DownloadSink { _ in }
            sink.discard()
            let request = HTTPRequest("GET", "\(server.url)/endless", timeout: nil)
            let plan = try request.plan(HTTPClient.Configuration(), sink: .stream(sink, errorLimit: 0))
            await #expect(throws: CancellationError.self) { _ = try await driver.run(Transfer(plan)) }
        }
    }

    @Test func otherTransfersGoOn() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            let kept = Task { try await client.send(HTTPRequest("GET", "\(server.url)/hold?count=2")) }
            let dropped = Task { try await client.send(HTTPRequest("GET", "\(server.url)/silent", timeout: nil)) }
            _ = try await client.send(HTTPRequest("GET", "\(server.url)/begun?path=/silent"))
            dropped.cancel()
            await #expect(throws: CancellationError.self) { try await dropped.value }
            _ = try await client.send(HTTPRequest("GET", "\(server.url)/hold?count=2"))
            let response = try await kept.value
            #expect(response.text == "held")
        }
    }

    @Test func cancellationAtAnyMomentLeavesTheClientAtWork() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient.make(connectionsPerHost: 4)
            let tasks = (0..<400).map { number in
                Task { () -> Bool in
                    do {
                        let url = "\(server.url)/big?bytes=\(number * 1000)"
                        if number % 2 == 0 { return try await client.send(HTTPRequest("GET", url)).status == 200 }
                        let received = Received()
                        _ = try await client.download(HTTPRequest("GET", url)) { received.add($0) }
                        return received.count == number * 1000
                    } catch is CancellationError {
                        return true
                    }
                }
            }
            for (number, task) in tasks.enumerated() {
                // The others end by themselves, one after another, so that these are hit at all stages.
                if number % 3 != 0 { task.cancel() }
                if number % 7 == 0 {
                    let isGood = try await task.value
                    #expect(isGood)
                }
            }
            for task in tasks {
                let isGood = try await task.value
                #expect(isGood)
            }
        }
    }
}
