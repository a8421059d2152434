package import Foundation

/// A link that carries its own permission.
package struct S3Link: Sendable, Equatable {
    package var url: String
    /// The end of the link or of the credentials behind it, whatever comes first.
    package var expiresAt: Date
    /// Made with temporary credentials whose end is not known: it may die before `expiresAt`.
    package var mayEndEarlier: Bool
}

extension S3Client {
    /// 7 days, in seconds: the longest life of a link ("Sharing objects with presigned URLs", S3 User Guide).
    package static let longestLink = 604_800

    /// A link to read an object.
    /// - Parameters:
    ///   - expires: seconds from now, 1 to `longestLink`.
    ///   - isForHead: whether it is for HEAD instead of GET: the method is signed as well.
    package func presignGet(_ object: S3Object, expires: Int, isForHead: Bool = false) async throws -> S3Link {
        try await presign(try addressing.request(isForHead ? "HEAD" : "GET", object), expires: expires)
    }

    /// A link to store an object.
    /// - Parameters:
    ///   - expires: seconds from now, 1 to `longestLink`.
    ///   - contentType: if given, who uses the link must send the same `Content-Type`.
    ///   - sha256: if given, in base64, who uses the link must send it as `x-amz-checksum-sha256`, and the store compares.
    package func presignPut(
        _ object: S3Object, expires: Int, contentType: String? = nil, sha256: String? = nil
    ) async throws -> S3Link {
        let headers = [("Content-Type", contentType), ("x-amz-checksum-sha256", sha256)].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        return try await presign(try addressing.request("PUT", object, headers: headers), expires: expires)
    }

    private func presign(_ request: SignableRequest, expires: Int) async throws -> S3Link {
        guard (1...Self.longestLink).contains(expires) else {
            throw AWSConfigurationError(reason: "a link cannot live \(expires) s; expected 1 to \(Self.longestLink)")
        }
        guard let signer = try await service.signer() else {
            throw AWSConfigurationError(reason: "a link cannot be signed without credentials")
        }
        let now = service.now
        let signed = signer.presigned(request, payloadHash: SigV4.unsignedPayload, expires: expires, at: now)
        let (end, credentials) = (now.addingTimeInterval(TimeInterval(expires)), signer.credentials)
        return S3Link(
            url: signed.url, expiresAt: credentials.expiration.map { min($0, end) } ?? end,
            mayEndEarlier: credentials.isTemporary && credentials.expiration == nil)
    }
}
