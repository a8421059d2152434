import Curl
import Foundation

/// Whether a failed request is sent again, and when: a value that decides, so that no test needs to wait.
///
/// The SDKs' standard mode: at most 3 attempts, exponential backoff with full jitter, at most 20 s. A clock that is off is
/// corrected once.
///
/// Source: "Retry behavior", AWS SDKs and Tools Reference Guide.
struct RetryState {
    enum Decision: Equatable {
        case retry(after: Duration)
        /// Sign again with a clock this many seconds ahead, at once.
        case adoptClock(TimeInterval)
        /// Sign again with new credentials, at once.
        case renewCredentials
        case giveUp
    }

    /// What went wrong.
    enum Failure {
        /// - Parameter date: of the answer, by the server's clock.
        case answer(AWSError, retryAfter: Duration?, date: Date?)
        case transport(any Error)
    }

    static let maximumAttempts = 3
    static let longestPause = 20.0
    /// A signature is good for 15 minutes; half a minute off does not explain a refusal.
    static let tolerance: TimeInterval = 240

    private static let expiryCodes: Set = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"]

    private var attempts = 0
    private var hasAdoptedClock = false
    private var hasRenewedCredentials = false

    /// - Parameters:
    ///   - now: by the clock that signed.
    ///   - random: 0 ..< 1.
    mutating func decide(after failure: Failure, now: Date, random: Double) -> Decision {
        attempts += 1
        var wish: Duration?
        switch failure {
        case .answer(let error, let retryAfter, let date):
            if let offset = offset(for: error, date, now) { return .adoptClock(offset) }
            if !hasRenewedCredentials, Self.expiryCodes.contains(error.code) {
                hasRenewedCredentials = true
                return .renewCredentials
            }
            guard error.isRetryable else { return .giveUp }
            wish = retryAfter
        case .transport(let error):
            guard RetryClassification(error).isRetryable else { return .giveUp }
        }
        guard attempts < Self.maximumAttempts else { return .giveUp }
        let limit = min(pow(2, Double(attempts - 1)), Self.longestPause)
        let pause = max(limit * random, min(wish.map { $0 / .seconds(1) } ?? 0, Self.longestPause))
        return .retry(after: .milliseconds(Int(pause * 1000)))
    }

    /// A wrong secret gets the second group of codes too, hence the look at the clocks.
    private mutating func offset(for error: AWSError, _ date: Date?, _ now: Date) -> TimeInterval? {
        guard !hasAdoptedClock, let offset = date?.timeIntervalSince(now) else { return nil }
        let isCertain = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"].contains(error.code)
        let isPossible = [
            "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure", "AccessDenied",
        ].contains(error.code)
        guard isCertain || (isPossible && abs(offset) > Self.tolerance) else { return nil }
        hasAdoptedClock = true
        attempts -= 1
        return offset
    }
}
