import Curl
import Foundation
import OpenSSL
import Threads

extension S3Client {
    /// Stores bytes, whole or not at all. S3 refuses them if they arrive damaged.
    ///
    /// A try whose answer is lost is repeated; with `onlyIfAbsent` it then finds its own object and fails.
    @discardableResult
    package func put(
        _ object: S3Object, _ bytes: [UInt8], options: S3PutOptions = S3PutOptions()
    ) async throws -> S3Stored {
        try await put(object, .bytes(bytes), digest: SHA256.hash(bytes), options)
    }

    /// Stores a local file, whole or not at all; in parts if it is larger than one.
    /// - Parameter offset: where the object begins in the file; it goes on to the end.
    /// - Throws: also `FileReadError`.
    @discardableResult
    package func put(
        _ object: S3Object, contentsOf path: String, from offset: Int = 0, options: S3PutOptions = S3PutOptions()
    ) async throws -> S3Stored {
        let slice = FileSlice(path: path, offset: offset, count: try FileSlice.size(of: path) - offset)
        guard slice.count <= partSize else { return try await putInParts(object, slice, options) }
        return try await put(object, slice.body, digest: try await slice.digest(), options)
    }

    private func put(
        _ object: S3Object, _ body: HTTPBody, digest: [UInt8], _ options: S3PutOptions
    ) async throws -> S3Stored {
        let headers = try options.headers + options.condition + [Self.checksum(digest)]
        let response = try await send(
            try addressing.request("PUT", object, headers: headers), "PutObject", object, body: body,
            payloadHash: digest.hex, timeout: nil)
        return S3Stored(
            etag: (response.headers["ETag"] ?? "").unquoted, version: response.headers["x-amz-version-id"])
    }

    /// Source: "Checking object integrity in Amazon S3", S3 User Guide.
    static func checksum(_ digest: [UInt8]) -> (name: String, value: String) {
        ("x-amz-checksum-sha256", Data(digest).base64EncodedString())
    }
}

/// A part of a local file.
struct FileSlice: Sendable {
    var path: String
    var offset: Int
    var count: Int

    private static let bufferSize = 1 << 20

    var body: HTTPBody { count == 0 ? .empty : .file(path: path, offset: offset, count: count) }

    static func size(of path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileReadError(path: path, code: errno) }
        return Int(status.st_size)
    }

    /// Its SHA-256, read on a thread of its own.
    func digest() async throws -> [UInt8] {
        try await onThread(named: "s3-digest") {
            let file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw FileReadError(path: path, code: errno) }
            defer { close(file) }
            return try hash(file)
        }
    }

    private func hash(_ file: Int32) throws -> [UInt8] {
        let hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(Self.bufferSize, max(count, 1)), alignment: 16)
        defer { buffer.deallocate() }
        var done = 0
        while done < count {
            let read = pread(file, buffer.baseAddress, min(buffer.count, count - done), off_t(offset + done))
            guard read >= 0 || errno == EINTR else { throw FileReadError(path: path, code: errno) }
            guard read != 0 else { throw FileReadError(path: path, code: EIO) }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<max(0, read)]))
            done += max(0, read)
        }
        return hash.finish()
    }
}

/// A local file that cannot be sent.
package struct FileReadError: Error, CustomStringConvertible, Equatable {
    var path: String
    var code: Int32

    package var description: String { "cannot read '\(path)': \(String(cString: strerror(code)))" }
}
