package import Foundation
import OpenSSL

/// AWS Signature Version 4, pure: no clock, no network.
///
/// Source: "AWS Signature Version 4 for API requests", IAM User Guide; for S3 "Authenticating Requests (AWS Signature
/// Version 4)", S3 API Reference.
package struct SigV4: Sendable {
    package var credentials: Credentials
    package var region: String
    /// The signing name: `s3`, `sns`, `secretsmanager`, `sts`, `rds-db`.
    package var service: String
    package var rules: Rules

    package init(credentials: Credentials, region: String, service: String, rules: Rules = .general) {
        self.credentials = credentials
        self.region = region
        self.service = service
        self.rules = rules
    }

    /// In what the services differ.
    package struct Rules: Sendable {
        /// Removes `.` and `..` and doubled slashes from the path before it is signed.
        package var normalizesPath = true
        /// Signs the path encoded once more than it is sent.
        package var encodesPathAgain = true
        /// Sends the hash of the body as `x-amz-content-sha256`.
        package var sendsPayloadHash = false
        /// Some services take the session token, but not in the signature.
        package var signsSessionToken = true

        package init() {}

        /// Every service but S3.
        package static let general = Rules()

        /// S3's keys are what they are: `a//b` and `a/../b` are two different objects.
        package static let s3: Rules = {
            var rules = Rules()
            rules.normalizesPath = false
            rules.encodesPathAgain = false
            rules.sendsPayloadHash = true
            return rules
        }()
    }

    /// The hash of no body.
    package static let emptyPayload = payloadHash([])

    /// Stands for the hash where the body is not known when S3 signs: in links.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// SHA-256 of a body, in hexadecimal digits.
    package static func payloadHash(_ body: [UInt8]) -> String { SHA256.hash(body).hex }

    /// The request with the headers that prove who sends it.
    /// - Parameter payloadHash: `payloadHash(body)` or, with S3 over TLS only, `unsignedPayload`.
    package func signed(_ request: SignableRequest, payloadHash: String, at date: Date) -> SignableRequest {
        var request = request
        let stamp = SigningTime(date)
        request.headers.append(("X-Amz-Date", stamp.dateTime))
        if rules.sendsPayloadHash { request.headers.append(("x-amz-content-sha256", payloadHash)) }
        let token = credentials.sessionToken.map { ("X-Amz-Security-Token", $0) }
        if rules.signsSessionToken, let token { request.headers.append(token) }
        let canonical = CanonicalRequest(request, payloadHash: payloadHash, rules: rules)
        let authorization = """
            AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(stamp)), \
            SignedHeaders=\(canonical.signedHeaders), Signature=\(signature(of: canonical, stamp))
            """
        if !rules.signsSessionToken, let token { request.headers.append(token) }
        request.headers.append(("Authorization", authorization))
        return request
    }

    /// The request with the query parameters that prove who made it, for a link that others open.
    /// - Parameters:
    ///   - expires: seconds, at most 604800 (7 days); less if the credentials end before.
    ///   - payloadHash: `unsignedPayload` for S3.
    package func presigned(
        _ request: SignableRequest, payloadHash: String, expires: Int, at date: Date
    ) -> SignableRequest {
        var request = request
        let stamp = SigningTime(date)
        request.query += [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(stamp))"), ("X-Amz-Date", stamp.dateTime),
            ("X-Amz-SignedHeaders", CanonicalRequest.signedHeaders(of: request)), ("X-Amz-Expires", String(expires)),
        ]
        let token = credentials.sessionToken.map { ("X-Amz-Security-Token", $0) }
        if rules.signsSessionToken, let token { request.query.append(token) }
        let canonical = CanonicalRequest(request, payloadHash: payloadHash, rules: rules)
        if !rules.signsSessionToken, let token { request.query.append(token) }
        request.query.append(("X-Amz-Signature", signature(of: canonical, stamp)))
        return request
    }

    private func scope(_ stamp: SigningTime) -> String { "\(stamp.day)/\(region)/\(service)/aws4_request" }

    private func signature(of canonical: CanonicalRequest, _ stamp: SigningTime) -> String {
        let text = """
            AWS4-HMAC-SHA256
            \(stamp.dateTime)
            \(scope(stamp))
            \(SHA256.hash(Array(canonical.text.utf8)).hex)
            """
        var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
        for part in [stamp.day, region, service, "aws4_request", text] {
            key = HMACSHA256.code(of: Array(part.utf8), key: key)
        }
        return key.hex
    }
}

/// A time as signatures spell it, in UTC: `20150830T123600Z`.
struct SigningTime {
    let dateTime: String

    init(_ date: Date) {
        var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        // strftime would look for the file of the local time zone, each time.
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        dateTime =
            "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))T"
            + "\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))Z"
    }

    /// `20150830`
    var day: String { String(dateTime.prefix(8)) }
}
