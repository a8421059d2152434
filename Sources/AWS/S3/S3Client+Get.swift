import Curl
import Threads

extension S3Client {
    /// Of a piece fetched after a lost connection; held in memory.
    private static let pieceSize = 8 << 20

    /// An object, or a part of it, in memory: for small ones, at most `HTTPClient.Configuration.maximumBodyBytes`.
    /// - Parameters:
    ///   - range: bytes; its end may lie behind the object's.
    ///   - etag: what the object must still be, without quotes; nil takes any.
    /// - Throws: also `AWSError` of status 416 if the range begins behind the end, `isPreconditionFailed` if the object is
    ///   another one.
    package func get(
        _ object: S3Object, range: Range<Int>? = nil, etag: String? = nil
    ) async throws -> (info: S3ObjectInfo, bytes: [UInt8]) {
        let headers = (range.map { [Self.header($0)] } ?? []) + (etag.map { [("If-Match", "\"\($0)\"")] } ?? [])
        let response = try await send(
            try addressing.request("GET", object, headers: headers), "GetObject", object, timeout: nil)
        if range != nil, response.status != 206 {
            throw invalidAnswer(
                "a range was asked for, the whole was sent", "GetObject", object, status: response.status)
        }
        let info = S3ObjectInfo(key: object.key, response)
        // Not every store knows the condition.
        guard etag == nil || info.etag == etag else { throw replaced(object) }
        return (info, response.body)
    }

    /// Streams a whole object. Its size and tag are asked for first, so that after a lost connection the rest is fetched
    /// from the very same object and no byte is handed over twice.
    /// - Parameters:
    ///   - etag: what the object must still be, without quotes; nil takes any.
    ///   - receive: runs on a thread of its own and may block; what it throws ends the transfer.
    /// - Throws: also `AWSError.isPreconditionFailed` if the object is another one, or was replaced meanwhile.
    @discardableResult
    package func download(
        _ object: S3Object, etag: String? = nil, receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> S3ObjectInfo {
        let info = try await head(object)
        guard etag == nil || info.etag == etag else {
            throw replaced(object)
        }
        var pinned = object
        pinned.version = object.version ?? info.version
        let receiver = Receiver(size: info.size, receive)
        do {
            if info.size > 0 { try await stream(pinned, info, receiver) }
            while receiver.count < info.size { try await fetchPiece(pinned, info, receiver) }
        } catch let error as ReceiverError {
            throw error.cause
        }
        guard receiver.count == info.size else {
            throw invalidAnswer("\(receiver.count) bytes came instead of \(info.size)", "GetObject", object)
        }
        return info
    }

    private func replaced(_ object: S3Object) -> AWSError {
        AWSError(
            service: .s3, operation: "GetObject", resource: object.description, status: 412, code: "PreconditionFailed",
            message: "the object was replaced")
    }

    /// Returns early if the connection is lost after the first byte.
    private func stream(_ object: S3Object, _ info: S3ObjectInfo, _ receiver: Receiver) async throws {
        let request = try addressing.request("GET", object, headers: [("If-Match", "\"\(info.etag)\"")])
        try await service.run { attempt in
            let signed = attempt.signed(request, payloadHash: SigV4.emptyPayload).http(timeout: nil)
            do {
                let response = try await service.surroundings.download(signed) { try receiver.take($0) }
                guard response.isSuccess else {
                    throw AnswerError(response, service: .s3, operation: "GetObject", resource: object.description)
                }
            } catch let error as HTTPTransportError {
                guard error.isRetryable, receiver.count > 0 else { throw error }
            }
        }
    }

    /// In memory, so that its position is checked before anybody sees it.
    private func fetchPiece(_ object: S3Object, _ info: S3ObjectInfo, _ receiver: Receiver) async throws {
        let range = receiver.count..<min(receiver.count + Self.pieceSize, info.size)
        let request = try addressing.request(
            "GET", object, headers: [Self.header(range), ("If-Match", "\"\(info.etag)\"")])
        let response = try await send(request, "GetObject", object, timeout: nil)
        let position = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(info.size)"
        guard response.status == 206, response.headers["Content-Range"] == position, response.body.count == range.count
        else {
            throw invalidAnswer(
                "cannot resume at byte \(range.lowerBound): this store sends no ranges", "GetObject", object,
                status: response.status)
        }
        try await onThread(named: "s3-resume") { try response.body.withUnsafeBytes(receiver.take) }
    }

    /// RFC 9110, section 14.2: the last byte is included.
    private static func header(_ range: Range<Int>) -> (name: String, value: String) {
        ("Range", "bytes=\(range.lowerBound)-\(max(range.lowerBound, range.upperBound - 1))")
    }
}

/// Counts what the caller has seen.
private final class Receiver: Sendable {
    private let size: Int
    private let receive: @Sendable (UnsafeRawBufferPointer) throws -> Void
    private let total = Locked(0)

    init(size: Int, _ receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) {
        self.size = size
        self.receive = receive
    }

    var count: Int { total.withLock { $0 } }

    /// More than was announced is counted, so that it is noticed, but not handed over.
    func take(_ bytes: UnsafeRawBufferPointer) throws(ReceiverError) {
        let total = total.withLock { total in
            total += bytes.count
            return total
        }
        guard total <= size else { return }
        do { try receive(bytes) } catch { throw ReceiverError(cause: error) }
    }
}

/// The caller's own error in a wrapper, so that it is never taken for one of the transport and tried again.
private struct ReceiverError: Error {
    var cause: any Error
}
