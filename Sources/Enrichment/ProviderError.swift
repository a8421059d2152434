import Curl
import Text

/// A call that gave no answers.
package struct ProviderError: Error, CustomStringConvertible {
    /// What it says of the next call.
    package enum Kind: Sendable, Equatable {
        /// Too many calls: nobody calls before.
        case throttled(retryAfter: Duration?)
        /// The provider's trouble: worth another try; counts for the circuit breaker.
        case unavailable
        /// It works on the answer: asked again later, it has it.
        case notReady(retryAfter: Duration?)
        /// One of these inputs is not what it takes.
        case invalid
        /// Our trouble: any call is refused, whatever the inputs.
        case refused
        /// The credentials are not, or no longer, good.
        case unauthorized
        /// What was paid for is used up.
        case spent
    }

    package var kind: Kind
    /// Without secrets and without records.
    package var reason: String
    /// Whether nobody knows if the call was carried out, and paid for.
    package var isOutcomeUnknown: Bool

    package init(_ kind: Kind, _ reason: String, isOutcomeUnknown: Bool = false) {
        self.kind = kind
        self.reason = KnownSecrets.struck(from: reason)
        self.isOutcomeUnknown = isOutcomeUnknown
    }

    package var description: String { reason }

    /// Of an answer that is none, with what the provider says of it: an error document names the limit or the field.
    init(_ response: HTTPResponse, from provider: String) {
        let words = Self.words(of: response.plainBody)
        let reason = "\(provider) answered \(response.status)" + (words.isEmpty ? "" : ": \(words)")
        // A gateway says so of a call that it had passed on.
        self.init(Self.kind(of: response, words), reason, isOutcomeUnknown: [502, 504].contains(response.status))
    }

    private static func kind(of response: HTTPResponse, _ words: String) -> Kind {
        let retry = RetryClassification(response)
        switch response.status {
        case 202: return .notReady(retryAfter: delay(response))
        case 402: return .spent
        case 400, 403, 422: return isAboutCredits(words) ? .spent : response.status == 403 ? .refused : .invalid
        case 401: return .unauthorized
        case 413, 414: return .invalid
        case 429: return .throttled(retryAfter: retry.retryAfter)
        case _ where retry.isRetryable:
            return retry.retryAfter.map { .throttled(retryAfter: $0) } ?? .unavailable
        default: return .refused
        }
    }

    static func delay(_ response: HTTPResponse) -> Duration? {
        response.headers["Retry-After"].flatMap { Int($0) }.flatMap { $0 >= 0 ? .seconds($0) : nil }
    }

    /// As ZoomInfo and others say it with a status that says something else.
    private static func isAboutCredits(_ words: String) -> Bool {
        let words = words.lowercased()
        let subjects = ["credit", "record limit", "quota", "allowance", "subscription", "payment"]
        let ends = [
            "reached", "used up", "exceed", "exhaust", "insufficient", "no more", "not enough", "required", "limit",
        ]
        return subjects.contains(where: words.contains) && ends.contains(where: words.contains)
    }

    private static func words(of body: [UInt8]) -> String {
        let document = JSONValue(body)
        let words = ["error.code", "error.message", "message", "error"].compactMap { path -> String? in
            if case .string(let text) = document?[path: path] { text } else { nil }
        }
        return String(words.joined(separator: " ").prefix(300))
    }

    /// Of a request without a complete answer.
    init(_ error: HTTPTransportError, from provider: String) {
        let isUnsent = [.cannotResolve, .cannotConnect, .tls, .invalidURL].contains(error.kind)
        self.init(
            error.isRetryable ? .unavailable : .refused, "\(provider): \(error.message)", isOutcomeUnknown: !isUnsent)
    }
}
