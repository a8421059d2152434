import Curl
import Foundation

/// An error answer with what a retry needs to know.
struct AnswerError: Error {
    var error: AWSError
    var retryAfter: Duration?
    /// By the server's clock.
    var date: Date?

    init(_ response: HTTPResponse, service: AWSService, operation: String, resource: String) {
        let words = ErrorDocument(response)
        error = AWSError(
            service: service, operation: operation, resource: resource, status: response.status,
            code: words.code ?? "HTTP \(response.status)", message: KnownSecrets.struck(from: words.message ?? ""),
            requestID: words.requestID)
        retryAfter = RetryClassification(response).retryAfter
        date = response.headers["Date"].flatMap(Timestamps.httpDate)
    }

    /// - Parameter error: found inside an answer of status 200.
    init(_ error: AWSError) {
        self.error = error
    }
}

/// What an error answer says, in the three forms that the services use.
struct ErrorDocument {
    var code: String?
    var message: String?
    var requestID: String?

    init(_ response: HTTPResponse) {
        let headers = response.headers
        if let root = XMLDocument(response.body)?.root, let error = root.first("Error") {
            read(root, error)
        } else if let json = try? JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any] {
            read(json)  // a missing document is not an error here: many answers have no body
        }
        // HEAD has no body; some stores say it in a header.
        code = code ?? headers["x-amzn-ErrorType"].map(Self.plain)
        requestID = requestID ?? headers["x-amz-request-id"] ?? headers["x-amzn-RequestId"]
    }

    private mutating func read(_ root: XMLDocument.Element, _ error: XMLDocument.Element) {
        code = error.text("Code")
        message = error.text("Message")
        requestID = root.first("RequestId")?.text ?? root.first("RequestID")?.text
    }

    private mutating func read(_ json: [String: Any]) {
        code = (json["__type"] as? String).map(Self.plain)
        message = (json["message"] ?? json["Message"]) as? String
    }

    /// `com.amazonaws.secretsmanager#ResourceNotFoundException:http://…` is `ResourceNotFoundException`.
    private static func plain(_ type: String) -> String {
        let name = type.split(separator: "#").last ?? ""
        return String(name.prefix { $0 != ":" })
    }
}

extension RetryState.Failure {
    /// What the caller is told in the end.
    var error: any Error {
        switch self {
        case .answer(let error, _, _): error
        case .transport(let error): error
        }
    }
}
