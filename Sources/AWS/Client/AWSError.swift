import Curl

/// What a service answered instead of doing what it was asked.
package struct AWSError: Error, Sendable, Equatable {
    package var service: AWSService
    /// As the API reference names it: `GetObject`, `Publish`.
    package var operation: String
    /// What was asked for, without secrets: `s3://bucket/key`, a topic, a secret's name.
    package var resource: String
    /// Of HTTP.
    package var status: Int
    /// As the API reference names it: `NoSuchKey`, `AccessDenied`; `HTTP 404` where the answer has no body.
    package var code: String
    /// The service's own words; may be empty.
    package var message: String
    /// What AWS support asks for.
    package var requestID: String?

    package init(
        service: AWSService, operation: String, resource: String, status: Int, code: String, message: String = "",
        requestID: String? = nil
    ) {
        self.service = service
        self.operation = operation
        self.resource = resource
        self.status = status
        self.code = code
        self.message = message
        self.requestID = requestID
    }

    /// Whether there is no such object, version, bucket, topic or secret.
    package var isNotFound: Bool {
        ["NoSuchKey", "NoSuchBucket", "NoSuchVersion", "NotFound", "ResourceNotFoundException"].contains(code)
            || (status == 404 && code == "HTTP 404")
    }

    /// Whether a condition of the request (`If-Match`, `If-None-Match`) did not hold: another writer was there first.
    package var isPreconditionFailed: Bool { status == 412 || code == "ConditionalRequestConflict" }

    /// Whether the credentials were refused: unknown, wrong, expired or without the right.
    package var isRefusal: Bool { status == 401 || status == 403 || Self.refusalCodes.contains(code) }

    private static let refusalCodes: Set = ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"]

    /// Whether the service asks to be asked less often.
    ///
    /// Source: "Retry behavior", AWS SDKs and Tools Reference Guide, list of throttling errors.
    package var isThrottling: Bool { status == 429 || Self.throttlingCodes.contains(code) }

    /// Whether the same request may succeed a little later.
    package var isRetryable: Bool {
        isThrottling || Self.transientCodes.contains(code)
            || RetryClassification.retryableStatuses.contains(status) || code == "ConditionalRequestConflict"
    }

    private static let throttlingCodes: Set = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException",
    ]
    private static let transientCodes: Set = ["RequestTimeout", "RequestTimeoutException", "InternalError"]
}

extension AWSError: CustomStringConvertible {
    /// `S3 GetObject 's3://uploads/a.csv' failed: NoSuchKey (404): The specified key does not exist.`
    package var description: String {
        "\(service.displayName) \(operation) '\(resource)' failed: \(code)"
            + (code.hasPrefix("HTTP ") ? "" : " (\(status))") + (message.isEmpty ? "" : ": \(message)")
            + (requestID.map { " [request \($0)]" } ?? "")
    }
}
