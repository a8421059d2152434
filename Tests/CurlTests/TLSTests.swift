import Curl
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TLSTests {
    @Test func aServerOfAnUnknownAuthorityIsRefused() async throws {
        let certificate = try await TestCertificate.make()
        try await FaultServer.with(certificate: certificate) { server in
            let failure = try await HTTPClient().failure(of: HTTPRequest("GET", "\(server.url)/echo"))
            #expect(failure?.kind == .tls)
            #expect(failure?.isRetryable == false)
        }
    }

    @Test func aServerOfTheGivenAuthorityIsTrusted() async throws {
        let certificate = try await TestCertificate.make()
        try await FaultServer.with(certificate: certificate) { server in
            let client = HTTPClient.make(caFile: certificate.certificate)
            let response = try await client.send(HTTPRequest("GET", "\(server.url)/echo"))
            #expect(response.status == 200)
            let received = Received()
            _ = try await client.download(HTTPRequest("GET", "\(server.url)/big?bytes=5000000")) { received.add($0) }
            #expect(received.count == 5_000_000)
        }
    }

    @Test func aServerOfAnotherNameIsRefused() async throws {
        let certificate = try await TestCertificate.make()
        try await FaultServer.with(certificate: certificate) { server in
            let client = HTTPClient.make(caFile: certificate.certificate)
            let failure = try await client.failure(of: HTTPRequest("GET", "https://127.0.0.1:\(server.port)/echo"))
            #expect(failure?.kind == .tls)
        }
    }

    @Test func aHandshakeWithoutAnAnswerIsATimeout() async throws {
        try await FaultServer.with { server in
            let client = HTTPClient.make(connect: .milliseconds(300))
            let failure = try await client.failure(of: HTTPRequest("GET", "https://127.0.0.1:\(server.port)/echo"))
            #expect(failure?.kind == .timeout)
        }
    }

    @Test(arguments: ["end", "reset"])
    func aConnectionLostInTheHandshakeIsCutOff(how: String) async throws {
        try await FaultServer.withoutHandshake(how) { server in
            let failure = try await HTTPClient().failure(of: HTTPRequest("GET", "\(server.url)/echo"))
            #expect(failure?.kind == .cutOff, "\(failure?.message ?? "")")
        }
    }

    @Test func aMissingFileOfAuthoritiesIsNamed() async throws {
        let certificate = try await TestCertificate.make()
        try await FaultServer.with(certificate: certificate) { server in
            let client = HTTPClient.make(caFile: "/nowhere.pem")
            let failure = try await client.failure(of: HTTPRequest("GET", "\(server.url)/echo"))
            #expect(failure?.kind == .tls)
            #expect(failure?.message.contains("/nowhere.pem") == true)
        }
    }
}
