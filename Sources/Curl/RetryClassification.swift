import CLibcurl
import Glibc

/// Whether a failed request is worth another try, and when.
package struct RetryClassification: Sendable, Equatable {
    package let isRetryable: Bool
    /// How long the server wants to be left alone, from now; nil if it does not say.
    package let retryAfter: Duration?

    /// Statuses that speak of the moment, not of the request: RFC 9110, RFC 6585.
    package static let retryableStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]

    /// Of an answer.
    /// - Parameter now: in seconds since 1970.
    package init(_ response: HTTPResponse, now: Int = time(nil)) {
        isRetryable = Self.retryableStatuses.contains(response.status)
        retryAfter = isRetryable ? response.headers["Retry-After"].flatMap { Self.delay(of: $0, now: now) } : nil
    }

    /// Of an error thrown instead of an answer.
    package init(_ error: any Error) {
        isRetryable = (error as? HTTPTransportError)?.isRetryable ?? false
        retryAfter = nil
    }

    /// What `Retry-After` says: RFC 9110, section 10.2.3.
    /// - Parameters:
    ///   - value: seconds, or a date in any of the three formats of HTTP.
    ///   - now: in seconds since 1970.
    /// - Returns: not negative; nil if it is neither.
    package static func delay(of value: String, now: Int) -> Duration? {
        let text = value.trimmed
        if let seconds = Int(text) { return seconds < 0 ? nil : .seconds(seconds) }
        let date = curl_getdate(text, nil)
        return date < 0 ? nil : .seconds(max(0, date - now))
    }
}
