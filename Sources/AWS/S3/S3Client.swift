import Curl
import Foundation

/// Amazon S3, or a store that speaks its protocol.
///
/// Every operation is tried up to three times, as the AWS SDKs do, and throws `AWSError`, `HTTPTransportError`,
/// `CredentialError`, `AWSConfigurationError` or `CancellationError`.
///
/// Source: Amazon S3 API Reference, version 2006-03-01.
package struct S3Client: Sendable {
    let service: ServiceClient
    let addressing: S3Addressing
    /// Bytes of a part; files larger than one part are uploaded in parts.
    let partSize: Int

    /// Bytes: large enough for 160 GB in S3's limit of 10 000 parts; larger files get larger parts.
    package static let defaultPartSize = 16 << 20

    /// - Parameter partSize: bytes, at least 5 MiB ("Amazon S3 multipart upload limits", S3 User Guide).
    package init(_ configuration: AWSConfiguration, partSize: Int = defaultPartSize) {
        let http = configuration.http
        let surroundings = Surroundings(
            send: { try await http.send($0) }, download: { try await http.download($0, receive: $1) })
        self.init(
            configuration.client(of: .s3, rules: .s3, surroundings: surroundings), partSize: partSize)
    }

    init(_ service: ServiceClient, partSize: Int = defaultPartSize) {
        self.service = service
        addressing = S3Addressing(endpoint: service.endpoint)
        self.partSize = partSize
    }

    // MARK: Operations without a body

    /// - Throws: `AWSError.isNotFound` if there is no such object.
    package func head(_ object: S3Object) async throws -> S3ObjectInfo {
        let headers = [(name: "x-amz-checksum-mode", value: "ENABLED")]
        let response = try await send(try addressing.request("HEAD", object, headers: headers), "HeadObject", object)
        return S3ObjectInfo(key: object.key, response)
    }

    /// Succeeds if there was nothing to delete. With versions on, a deletion without a version only hides the object.
    package func delete(_ object: S3Object) async throws {
        _ = try await send(try addressing.request("DELETE", object), "DeleteObject", object)
    }

    /// Within the store and at most 5 GB ("CopyObject", S3 API Reference); metadata is copied too.
    @discardableResult
    package func copy(_ source: S3Object, to target: S3Object) async throws -> S3Stored {
        let version = source.version.map { "?versionId=\(PercentEncoding.encode($0))" } ?? ""
        let path = "/\(source.bucket)/\(PercentEncoding.encode(source.key, keepingSlashes: true))\(version)"
        let request = try addressing.request("PUT", target, headers: [("x-amz-copy-source", path)])
        let response = try await send(request, "CopyObject", target, timeout: nil, answersEarly: true)
        let etag = XMLDocument(response.body)?.root.text("ETag") ?? ""
        return S3Stored(etag: etag.unquoted, version: response.headers["x-amz-version-id"])
    }

    /// For tests and trials; on AWS buckets are made by whoever owns the account.
    package func createBucket(_ name: String) async throws {
        _ = try await send(try addressing.request("PUT", bucket: name), "CreateBucket", "s3://\(name)")
    }

    // MARK: What all operations share

    /// - Parameters:
    ///   - payloadHash: of the body; hexadecimal.
    ///   - timeout: nil for transfers whose length nobody knows; a stall ends them.
    ///   - answersEarly: whether the store answers 200 before it knows how it ends: an error then stands in the body.
    func send(
        _ request: SignableRequest, _ operation: String, _ resource: some CustomStringConvertible & Sendable,
        body: HTTPBody = .empty, payloadHash: String = SigV4.emptyPayload, timeout: Duration? = .seconds(30),
        answersEarly: Bool = false
    ) async throws -> HTTPResponse {
        try await service.run { attempt in
            let response = try await service.send(
                request, body: body, payloadHash: payloadHash, operation: operation, resource: resource.description,
                timeout: timeout, attempt: attempt)
            if answersEarly, let root = XMLDocument(response.body)?.root, root.name == "Error" {
                throw AnswerError(response, service: .s3, operation: operation, resource: resource.description)
            }
            return response
        }
    }

    /// An answer that the protocol does not allow.
    func invalidAnswer(_ reason: String, _ operation: String, _ resource: S3Object, status: Int = 200) -> AWSError {
        AWSError(
            service: .s3, operation: operation, resource: resource.description, status: status, code: "InvalidResponse",
            message: reason)
    }
}

extension S3ObjectInfo {
    /// From the headers of an answer.
    init(key: String, _ response: HTTPResponse) {
        let headers = response.headers
        let prefix = "x-amz-meta-"
        let fields = headers.map { (name: $0.name.lowercased(), value: $0.value) }
        // Of a part, the size of the whole stands behind the slash of `bytes 0-9/100`.
        let whole = headers["Content-Range"]?.split(separator: "/").last.flatMap { Int($0) }
        self.init(
            key: key, size: whole ?? headers["Content-Length"].flatMap { Int($0) } ?? 0,
            etag: (headers["ETag"] ?? "").unquoted, version: headers["x-amz-version-id"],
            lastModified: headers["Last-Modified"].flatMap(Timestamps.httpDate), contentType: headers["Content-Type"],
            metadata: Dictionary(
                fields.filter { $0.name.hasPrefix(prefix) }.map { (String($0.name.dropFirst(prefix.count)), $0.value) }
            ) { first, _ in first },
            // That of an object in parts is one of its parts' checksums, and ends with their number.
            checksumSHA256: headers["x-amz-checksum-sha256"].flatMap { $0.contains("-") ? nil : $0 })
    }
}

extension String {
    /// Without the quotes of an entity tag.
    var unquoted: String {
        count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}
