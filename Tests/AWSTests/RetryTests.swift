import Curl
import Foundation
import Testing

@testable import AWS

struct RetryStateTests {
    private static let now = Date(timeIntervalSince1970: 1_772_366_400)

    private func answer(
        _ code: String, _ status: Int, retryAfter: Duration? = nil, ahead: TimeInterval? = nil
    ) -> RetryState.Failure {
        let error = AWSError(service: .s3, operation: "GetObject", resource: "s3://b/k", status: status, code: code)
        return .answer(error, retryAfter: retryAfter, date: ahead.map(Self.now.addingTimeInterval))
    }

    private func decisions(_ failures: RetryState.Failure..., random: Double = 0.5) -> [RetryState.Decision] {
        var state = RetryState()
        return failures.map { state.decide(after: $0, now: Self.now, random: random) }
    }

    @Test("three attempts, with pauses that double")
    func attempts() {
        let failure = answer("SlowDown", 503)
        #expect(
            decisions(failure, failure, failure)
                == [.retry(after: .milliseconds(500)), .retry(after: .milliseconds(1000)), .giveUp])
        #expect(decisions(failure, random: 0) == [.retry(after: .zero)])
    }

    @Test(
        "what speaks of the moment is tried again",
        arguments: [
            ("Throttling", 400), ("RequestTimeout", 400), ("InternalError", 500), ("HTTP 429", 429), ("HTTP 502", 502),
            ("ConditionalRequestConflict", 409),
        ])
    func retryable(code: String, status: Int) {
        #expect(decisions(answer(code, status)) == [.retry(after: .milliseconds(500))])
    }

    @Test(
        "what speaks of the request is not",
        arguments: [
            ("NoSuchKey", 404), ("AccessDenied", 403), ("PreconditionFailed", 412), ("SignatureDoesNotMatch", 403),
            ("InvalidRequest", 400),
        ])
    func final(code: String, status: Int) {
        #expect(decisions(answer(code, status)) == [.giveUp])
    }

    @Test("a server's wish lengthens the pause, up to 20 s")
    func retryAfter() {
        #expect(decisions(answer("SlowDown", 503, retryAfter: .seconds(7))) == [.retry(after: .seconds(7))])
        #expect(decisions(answer("SlowDown", 503, retryAfter: .seconds(3600))) == [.retry(after: .seconds(20))])
    }

    @Test("lost connections are tried again, other errors of the transport are not")
    func transport() {
        #expect(decisions(.transport(HTTPTransportError(.cutOff, "x"))) == [.retry(after: .milliseconds(500))])
        #expect(decisions(.transport(HTTPTransportError(.tls, "x"))) == [.giveUp])
    }

    @Test("a clock that is off is corrected once and costs no attempt")
    func clock() {
        let skewed = answer("RequestTimeTooSkewed", 403, ahead: 3600)
        #expect(decisions(skewed, skewed) == [.adoptClock(3600), .giveUp])
        let doubtful = answer("SignatureDoesNotMatch", 403, ahead: -3600)
        #expect(decisions(doubtful, doubtful) == [.adoptClock(-3600), .giveUp])
        #expect(decisions(answer("SignatureDoesNotMatch", 403, ahead: 200)) == [.giveUp])
    }

    @Test("expired credentials are renewed once")
    func expiredToken() {
        let expired = answer("ExpiredToken", 400)
        #expect(decisions(expired, expired) == [.renewCredentials, .giveUp])
    }
}

@Suite(.timeLimit(.minutes(5))) struct ServiceClientTests {
    private static let now = Date(timeIntervalSince1970: 1_772_366_400)

    private func client(_ transport: ScriptedTransport) throws -> STSClient {
        try STSClient(
            endpoint: AWSEndpoint(url: "http://127.0.0.1:5000"), credentials: CredentialProvider(.make()),
            surroundings: transport.surroundings(now: { Self.now }))
    }

    private static let identity = HTTPResponse.make(
        """
        <GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a</Arn>
        <UserId>U</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>
        """)

    @Test("a service that is busy twice is asked three times")
    func busy() async throws {
        let transport = ScriptedTransport(.make(status: 503), .make(status: 500), Self.identity)
        let identity = try await client(transport).getCallerIdentity()
        #expect(identity == .init(account: "1", arn: "arn:aws:iam::1:user/a", userID: "U"))
        #expect(transport.requests.count == 3)
    }

    @Test("the clock of the server is adopted")
    func clock() async throws {
        let transport = ScriptedTransport(
            .make(
                "<ErrorResponse><Error><Code>RequestExpired</Code></Error></ErrorResponse>", status: 403,
                headers: ["date": "Sun, 01 Mar 2026 14:00:00 GMT"]), Self.identity, Self.identity)
        let client = try client(transport)
        _ = try await client.getCallerIdentity()
        _ = try await client.getCallerIdentity()
        #expect(
            transport.requests.map { $0.header("X-Amz-Date") }
                == ["20260301T120000Z", "20260301T140000Z", "20260301T140000Z"])
    }

    @Test("an error names service, operation, code, words and request")
    func error() async throws {
        let transport = ScriptedTransport(
            .make(
                """
                <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>a &lt; b</Message></Error>
                <RequestId>R1</RequestId></ErrorResponse>
                """, status: 403))
        let client = try client(transport)
        let error = await #expect(throws: AWSError.self) { try await client.getCallerIdentity() }
        #expect(
            error?.description
                == "STS GetCallerIdentity 'caller' failed: AccessDenied (403): a < b [request R1]")
    }
}
