import Curl
import Foundation
import Threads

/// What every service client has in common: it signs, sends, reads errors and tries again.
final class ServiceClient: Sendable {
    let service: AWSService
    let region: String
    let endpoint: AWSEndpoint
    let surroundings: Surroundings
    private let credentials: CredentialProvider?
    private let rules: SigV4.Rules
    /// Seconds that the service's clock is ahead of ours.
    private let clockOffset = Locked<TimeInterval>(0)

    /// - Parameter credentials: nil for operations that are not signed.
    init(
        _ service: AWSService, region: String, endpoint: AWSEndpoint, credentials: CredentialProvider?,
        rules: SigV4.Rules = .general, surroundings: Surroundings
    ) {
        self.service = service
        self.region = region
        self.endpoint = endpoint
        self.credentials = credentials
        self.rules = rules
        self.surroundings = surroundings
    }

    /// One try of an operation: what it signs with.
    struct Attempt {
        let signer: SigV4?
        let date: Date

        func signed(_ request: SignableRequest, payloadHash: String) -> SignableRequest {
            signer?.signed(request, payloadHash: payloadHash, at: date) ?? request
        }
    }

    /// The service's time, by what it said last.
    var now: Date { surroundings.now().addingTimeInterval(clockOffset.withLock { $0 }) }

    func signer() async throws -> SigV4? {
        guard let credentials else { return nil }
        return SigV4(
            credentials: try await credentials.credentials(), region: region, service: service.rawValue, rules: rules)
    }

    /// Runs an operation until it succeeds or may not be tried again.
    /// - Parameter body: one attempt; throws `AnswerError` for an answer that says no.
    /// - Throws: `AWSError`, `HTTPTransportError`, `CredentialError`, `CancellationError`, or what else `body` throws.
    func run<Result>(_ body: (Attempt) async throws -> Result) async throws -> Result {
        var state = RetryState()
        while true {
            let attempt = Attempt(signer: try await signer(), date: now)
            let failure: RetryState.Failure
            do {
                return try await body(attempt)
            } catch let answer as AnswerError {
                failure = .answer(answer.error, retryAfter: answer.retryAfter, date: answer.date)
            } catch let error as HTTPTransportError {
                failure = .transport(error)
            }
            try await act(
                on: state.decide(after: failure, now: attempt.date, random: surroundings.random()), failure, attempt)
        }
    }

    /// Returns when it is time for the next attempt.
    private func act(on decision: RetryState.Decision, _ failure: RetryState.Failure, _ attempt: Attempt) async throws {
        switch decision {
        case .retry(let pause): try await surroundings.sleep(pause)
        case .adoptClock(let offset): clockOffset.withLock { $0 += offset }
        case .renewCredentials:
            if let refused = attempt.signer?.credentials { await credentials?.invalidate(refused) }
        case .giveUp: throw failure.error
        }
    }

    /// Sends a request whose answer fits in memory.
    /// - Throws: `AnswerError` for any answer but success; `HTTPTransportError`.
    func send(
        _ request: SignableRequest, body: HTTPBody, payloadHash: String, operation: String, resource: String,
        timeout: Duration? = .seconds(30), attempt: Attempt
    ) async throws -> HTTPResponse {
        let signed = attempt.signed(request, payloadHash: payloadHash)
        let response = try await surroundings.send(signed.http(body: body, timeout: timeout))
        guard response.isSuccess else {
            throw AnswerError(response, service: service, operation: operation, resource: resource)
        }
        return response
    }
}

/// The world outside, replaced in tests.
struct Surroundings: Sendable {
    var send: HTTPSend
    var download: HTTPDownload = { _, _ in preconditionFailure("only S3 streams") }
    var now: @Sendable () -> Date = { Date() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// 0 ..< 1
    var random: @Sendable () -> Double = { .random(in: 0..<1) }
}

/// `HTTPClient.send`, or a test's answer.
typealias HTTPSend = @Sendable (HTTPRequest) async throws -> HTTPResponse

/// `HTTPClient.download`, or a test's answer.
typealias HTTPDownload =
    @Sendable (HTTPRequest, @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) async throws -> HTTPResponse

extension SignableRequest {
    /// As the transport takes it; `Host` is the transport's own business.
    func http(body: HTTPBody = .empty, timeout: Duration?) -> HTTPRequest {
        HTTPRequest(method, url, headers: headers, body: body, timeout: timeout)
    }
}
