import Curl
import OpenSSL
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HTTPClientTests {
    @Test func methodTargetAndHeadersArriveAsTheyWereGiven() async throws {
        try await FaultServer.with { server in
            let request = HTTPRequest(
                "DELETE", "\(server.url)/echo/a/../b%2Fc?x=%20+&y", headers: [("X-One", "1"), ("x-empty", "")])
            let response = try await HTTPClient().send(request)
            #expect(response.status == 200)
            let lines = response.text.split(separator: "\n")
            #expect(lines.first == "DELETE /echo/a/../b%2Fc?x=%20+&y")
            #expect(lines.contains("X-One: 1"))
            #expect(lines.contains("x-empty:"))
            #expect(lines.contains("User-Agent: catalog"))
        }
    }

    @Test(arguments: ["PUT", "POST", "PATCH"])
    func anEmptyBodyIsAnnounced(method: String) async throws {
        try await FaultServer.with { server in
            let response = try await HTTPClient().send(HTTPRequest(method, "\(server.url)/echo"))
            let lines = response.text.split(separator: "\n")
            #expect(lines.first == "\(method) /echo")
            #expect(lines.contains("Content-Length: 0"))
        }
    }

    @Test func bytesAreUploadedWithoutWaitingForPermission() async throws {
        try await FaultServer.with { server in
            let bytes = [UInt8](repeating: 7, count: 3_000_000)
            let response = try await HTTPClient().send(HTTPRequest("PUT", "\(server.url)/echo", body: .bytes(bytes)))
            #expect(response.headers["x-body-count"] == "3000000")
            #expect(response.headers["X-Body-SHA256"] == SHA256.hash(bytes).hex)
            #expect(!response.text.contains("Expect"))
        }
    }

    @Test func aPartOfAFileIsUploaded() async throws {
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "data")
        try await FaultServer.with { server in
            let body = HTTPBody.file(path: path, offset: 123_456, count: 700_001)
            let response = try await HTTPClient().send(HTTPRequest("PUT", "\(server.url)/echo", body: body))
            #expect(response.headers["X-Body-Count"] == "700001")
            #expect(
                response.headers["X-Body-SHA256"]
                    == SHA256.hash(Array(bytes[123_456..<823_457])).hex)
        }
    }

    @Test func aFileShorterThanAnnouncedIsAnError() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("short", to: "data")
        try await FaultServer.with { server in
            let client = HTTPClient()
            let url = "\(server.url)/echo?signature=secret"
            let short = try await client.failure(
                of: HTTPRequest("PUT", url, body: .file(path: path, offset: 2, count: 9)))
            #expect(short?.kind == .other)
            #expect(short?.message == "PUT \(server.url)/echo: the file to send is shorter than 9 bytes")
            let missing = try await client.failure(
                of: HTTPRequest("PUT", url, body: .file(path: "/nowhere", offset: 0, count: 9)))
            #expect(missing?.message == "PUT \(server.url)/echo: cannot read '/nowhere': No such file or directory")
        }
    }

    @Test func headersKeepTheirOrderAndAreFoundInAnyCase() async throws {
        try await FaultServer.with { server in
            let response = try await HTTPClient().send(HTTPRequest("HEAD", "\(server.url)/echo"))
            #expect(response.body.isEmpty)
            #expect(response.headers["x-TWICE"] == "1")
            #expect(response.headers.values("X-Twice") == ["1", "2"])
            #expect(response.headers.first?.name == "Content-Length")
        }
    }

    @Test func headersOfAnInterimAnswerAreNotThoseOfTheAnswer() async throws {
        try await FaultServer.with { server in
            let response = try await HTTPClient().send(HTTPRequest("GET", "\(server.url)/early-hints"))
            #expect(response.status == 200)
            #expect(response.headers["Link"] == nil)
            #expect(response.headers["X-Final"] == "yes")
            #expect(response.text == "late")
        }
    }

    @Test func redirectsAreAnswers() async throws {
        try await FaultServer.with { server in
            let response = try await HTTPClient().send(HTTPRequest("GET", "\(server.url)/status/302?location=/echo"))
            #expect(response.status == 302)
            #expect(response.headers["Location"] == "/echo")
        }
    }

    @Test func errorsOfTheServerAreAnswersThatSayWhetherToTryAgain() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            let busy = try await client.send(HTTPRequest("GET", "\(server.url)/status/503?retry-after=7&bytes=3"))
            #expect(busy.text == "eee")
            #expect(RetryClassification(busy).isRetryable)
            #expect(RetryClassification(busy).retryAfter == .seconds(7))
            let refused = try await client.send(HTTPRequest("GET", "\(server.url)/status/403?retry-after=7"))
            #expect(!RetryClassification(refused).isRetryable)
        }
    }

    @Test func manyRequestsShareFewConnections() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient.make(connectionsPerHost: 8)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await client.send(HTTPRequest("GET", "\(server.url)/echo")).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            let connections = try await client.send(HTTPRequest("GET", "\(server.url)/stats"))
            #expect((1...8).contains(try #require(Int(connections.text))))
        }
    }

    @Test func requestsRunBesideEachOther() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await client.send(HTTPRequest("GET", "\(server.url)/hold?count=20")).text }
                }
                for try await text in group { #expect(text == "held") }
            }
        }
    }

    @Test func aConnectionThatDiedWhileIdleIsReplaced() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient()
            for _ in 0..<5 {
                let response = try await client.send(
                    HTTPRequest("PUT", "\(server.url)/once", body: .bytes([UInt8](repeating: 1, count: 100_000))))
                #expect(response.text == "once")
            }
        }
    }
}
