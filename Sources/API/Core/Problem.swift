package import HTTPTypes
package import Hummingbird
import Ingest
import Text

/// An answer that says what is wrong and what to do: RFC 9457, `application/problem+json`.
package struct Problem: HTTPResponseError {
    /// Stable names: clients tell problems apart by them.
    package enum Kind: String, CaseIterable {
        case badRequest = "bad-request"
        case invalidParameter = "invalid-parameter"
        case unknownParameter = "unknown-parameter"
        case invalidBody = "invalid-body"
        case unauthenticated
        case forbidden
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case timeout
        case conflict
        case tooLarge = "too-large"
        case unsupportedMediaType = "unsupported-media-type"
        case digestMismatch = "digest-mismatch"
        case keyReused = "idempotency-key-reused"
        case tooManyRequests = "too-many-requests"
        case internalError = "internal-error"
        case unavailable

        var status: HTTPResponse.Status {
            switch self {
            case .badRequest, .invalidParameter, .unknownParameter, .invalidBody: .badRequest
            case .unauthenticated: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .timeout: .requestTimeout
            case .conflict: .conflict
            case .tooLarge: .contentTooLarge
            case .unsupportedMediaType: .unsupportedMediaType
            case .digestMismatch, .keyReused: .unprocessableContent
            case .tooManyRequests: .tooManyRequests
            case .internalError: .internalServerError
            case .unavailable: .serviceUnavailable
            }
        }

        package var title: String {
            rawValue.replacing("-", with: " ").prefix(1).uppercased() + rawValue.replacing("-", with: " ").dropFirst()
        }
    }

    package let kind: Kind
    /// For the caller: what was wrong with which of its values, and the remedy. Nothing of this service's insides.
    package let detail: String
    package var headers: HTTPFields = [:]

    package var status: HTTPResponse.Status { kind.status }

    package init(_ kind: Kind, _ detail: String, headers: HTTPFields = [:]) {
        self.kind = kind
        self.detail = detail
        self.headers = headers
    }

    /// - Parameter seconds: after which another try makes sense.
    init(_ kind: Kind, _ detail: String, retryAfter seconds: Int) {
        self.init(kind, detail, headers: [.retryAfter: "\(max(1, seconds))"])
    }

    package static func noSuch(_ thing: String, _ id: String) -> Problem { Problem(.notFound, "no \(thing) '\(id)'") }

    static let stackedMarks = Problem(.badRequest, "a text has more than 30 accents on one letter: write it otherwise")

    package func response(from request: Request, context: some RequestContext) -> Response { response }

    var response: Response {
        var json = JSONWriter()
        json.object {
            $0.string("type", "urn:catalog:problem:\(kind.rawValue)")
            $0.string("title", kind.title)
            $0.number("status", status.code)
            $0.string("detail", detail)
        }
        var headers = headers
        headers[.contentType] = "application/problem+json"
        if kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer realm=\"catalog\"" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: json.buffer))
    }
}
