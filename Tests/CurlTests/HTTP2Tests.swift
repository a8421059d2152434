import Curl
import OpenSSL
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HTTP2Tests {
    @Test func requestsShareOneConnectionAtTheSameTime() async throws {
        try await withServer(connectionsPerHost: 1) { url, client in
            _ = try await client.send(HTTPRequest("GET", url))
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await client.send(HTTPRequest("GET", "\(url)?hold=20")).text } }
                for try await version in group { #expect(version == "2") }
            }
        }
    }

    @Test func bodiesPassInBothDirections() async throws {
        try await withServer { url, client in
            let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let response = try await client.send(HTTPRequest("PUT", "\(url)?bytes=5000000", body: .bytes(bytes)))
            #expect(response.headers["X-Body-SHA256"] == SHA256.hash(bytes).hex)
            #expect(response.body.count == 5_000_001)
        }
    }

    @Test func aReceiverThatBlocksHoldsBackOnlyItsStream() async throws {
        try await withServer { url, client in
            let (begun, begin) = AsyncStream<Void>.makeStream()
            let gate = ThreadGate()
            let received = Received()
            let download = Task {
                try await client.download(HTTPRequest("GET", "\(url)?bytes=50000000", timeout: nil)) { piece in
                    if received.count == 0 {
                        begin.yield()
                        gate.wait()
                    }
                    received.add(piece)
                }
            }
            for await _ in begun { break }
            for _ in 0..<20 {
                let other = try await client.send(HTTPRequest("GET", url))
                #expect(other.text == "2")
            }
            gate.open()
            _ = try await download.value
            #expect(received.count == 50_000_001)
        }
    }

    private func withServer(connectionsPerHost: Int = 32, _ body: (String, HTTPClient) async throws -> Void)
        async throws
    {
        let certificate = try await TestCertificate.make()
        let (python, script) = (Project.file(".venv/bin/python"), Project.file("Tests/Servers/http2_server.py"))
        try await ListeningProcess.with {
            [python, script, $0, certificate.certificate, certificate.key]
        } _: { process in
            try await body(
                "https://localhost:\(process.port)/",
                .make(caFile: certificate.certificate, connectionsPerHost: connectionsPerHost))
        }
    }
}
