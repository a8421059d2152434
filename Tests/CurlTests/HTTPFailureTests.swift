import Curl
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HTTPFailureTests {
    @Test(arguments: ["lie", "cut-chunk", "reset", "hang-up"])
    func aLostConnectionIsCutOff(fault: String) async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            let request = HTTPRequest("GET", "\(server.url)/\(fault)?X-Amz-Signature=secret")
            let buffered = try await client.failure(of: request)
            #expect(buffered?.kind == .cutOff)
            #expect(buffered?.isRetryable == true)
            #expect(buffered?.message.hasPrefix("GET \(server.url)/\(fault): ") == true)
            #expect(buffered?.message.contains("secret") == false)
            let streamed = try await client.downloadFailure(of: request)
            #expect(streamed?.kind == .cutOff)
        }
    }

    @Test(arguments: ["silent", "slow-headers", "stall"])
    func aServerThatStallsIsATimeout(fault: String) async throws {
        try await FaultServer.with { server in
            let client = HTTPClient.make(stall: .seconds(1))
            let stalled = try await client.failure(of: HTTPRequest("GET", "\(server.url)/\(fault)", timeout: nil))
            #expect(stalled?.kind == .timeout)
            let late = try await client.failure(
                of: HTTPRequest("GET", "\(server.url)/\(fault)", timeout: .milliseconds(100)))
            #expect(late?.kind == .timeout)
            #expect(late?.isRetryable == true)
        }
    }

    @Test("A server that has taken a body may be silent for as long as the slowest one takes to store it")
    func slowServer() async throws {
        try await FaultServer.with { server in
            var configuration = HTTPClient.Configuration()
            configuration.stallTimeout = .seconds(1)
            let body = HTTPBody.bytes([UInt8](repeating: 7, count: 30_000))
            // The bytes that were sent count for some seconds.
            let never = HTTPRequest("PUT", "\(server.url)/late?seconds=25", body: body, timeout: nil)
            let impatient = try await HTTPClient(configuration).failure(of: never)
            #expect(impatient?.kind == .timeout)
            configuration.slowestUpload = 1000
            let request = HTTPRequest("PUT", "\(server.url)/late?seconds=3", body: body, timeout: nil)
            let answer = try await HTTPClient(configuration).send(request)
            #expect(answer.status == 200)
        }
    }

    @Test func theWaitForAConnectionCountsIntoTheTimeout() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient.make(connectionsPerHost: 1)
            let first = Task { try await client.send(HTTPRequest("GET", "\(server.url)/hold?count=2", timeout: nil)) }
            _ = try await HTTPClient().send(HTTPRequest("GET", "\(server.url)/begun?path=/hold"))
            let second = try await client.failure(
                of: HTTPRequest("GET", "\(server.url)/hold?count=2", timeout: .milliseconds(300)))
            #expect(second?.kind == .timeout)
            first.cancel()
            _ = await first.result
        }
    }

    @Test func nobodyListensThere() async throws {
        let port = try await FaultServer.with { $0.port }
        let refused = try await HTTPClient().failure(of: HTTPRequest("GET", "http://127.0.0.1:\(port)/a"))
        #expect(refused?.kind == .cannotConnect)
        #expect(refused?.isRetryable == true)
    }

    @Test func anUnknownHostCannotBeResolved() async throws {
        let unknown = try await HTTPClient().failure(of: HTTPRequest("GET", "http://nobody.invalid/"))
        #expect(unknown?.kind == .cannotResolve)
    }

    @Test(arguments: [
        "", "nonsense", "ftp://localhost/", "file:///etc/passwd", "smtp://localhost/", "http://a b/", "http://a\nb/",
    ])
    func onlyAbsoluteWebAddressesAreSent(url: String) async throws {
        let failure = try await HTTPClient().failure(of: HTTPRequest("GET", url))
        #expect(failure?.kind == .invalidURL)
        #expect(failure?.isRetryable == false)
    }

    @Test func aLineBreakInAHeaderIsRefused() async throws {
        let client = HTTPClient()
        for header in [("X-A", "1\r\nX-B: 2"), ("X\nA", "1"), ("", "1"), ("X-A", "1\0")] {
            let failure = try await client.failure(of: HTTPRequest("GET", "http://localhost:1/", headers: [header]))
            #expect(failure?.kind == .invalidURL)
        }
    }

    @Test func aBodyLargerThanTheLimitIsRefused() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient.make(maximumBodyBytes: 1000)
            let exact = try await client.send(HTTPRequest("GET", "\(server.url)/big?bytes=1000"))
            #expect(exact.body.count == 1000)
            let larger = try await client.failure(of: HTTPRequest("GET", "\(server.url)/big?bytes=1001"))
            #expect(larger?.kind == .bodyTooLarge)
            #expect(larger?.isRetryable == false)
        }
    }

    @Test func credentialsInTheAddressAreNotShown() async throws {
        let port = try await FaultServer.with { $0.port }
        let refused = try await HTTPClient().failure(
            of: HTTPRequest("GET", "http://user:secret@127.0.0.1:\(port)/a/b?token=hidden#part"))
        let message = try #require(refused?.message)
        #expect(message.hasPrefix("GET http://127.0.0.1:\(port)/a/b: "))
        #expect(!message.contains("secret") && !message.contains("hidden"))
    }

    @Test func aClosedClientEndsWhatRunsAndRefusesWhatComes() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            let running = Task { try await client.failure(of: HTTPRequest("GET", "\(server.url)/stall", timeout: nil)) }
            _ = try await HTTPClient().send(HTTPRequest("GET", "\(server.url)/begun?path=/stall"))
            client.close()
            let ended = try await running.value
            #expect(ended?.message == "GET \(server.url)/stall: the client is closed")
            let late = try await client.failure(of: HTTPRequest("GET", "\(server.url)/echo"))
            #expect(late?.message == "GET \(server.url)/echo: the client is closed")
            client.close()
        }
    }
}
