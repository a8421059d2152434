import Dispatch
import OpenSSL
import Postgres

/// Bytes that came over the network, on disk until their last owner is gone.
public struct ReceivedFile: Sendable {
    private let file: TemporaryFile
    public let byteCount: Int
    /// 64 lower-case hexadecimal digits.
    public let sha256: String

    var path: String { file.path ?? "" }

    fileprivate init(_ file: TemporaryFile, byteCount: Int, sha256: String) {
        self.file = file
        self.byteCount = byteCount
        self.sha256 = sha256
    }

    /// Stores the file and records its arrival, as an event of the bucket would. Repeating it changes nothing.
    func arrive(as key: String, in store: any ObjectStore, bucket: String, _ pool: Pool) async throws {
        try await store.put(key, contentsOf: path)
        guard let object = try await store.head(key) else {
            throw ObjectStoreError(reason: "'\(key)' vanished after it was stored", isGone: true)
        }
        let event = ObjectEvent(
            source: .api, bucket: bucket, key: key, versionID: object.version, etag: object.etag,
            byteCount: object.size, occurredAt: object.lastModified)
        _ = try await pool.transaction { try $0.arrive(event) }
    }
}

/// Takes the bytes of a file piece by piece, off Swift's pool.
public struct FileReception: ~Copyable {
    /// More than the limit came.
    public struct TooLarge: Error {
        public var limit: Int

        /// - Parameter limit: in bytes.
        public init(limit: Int) {
            self.limit = limit
        }
    }

    private static let disk = DispatchQueue(label: "catalog.reception", attributes: .concurrent)

    private let file: TemporaryFile
    private let limit: Int
    private var hash = SHA256()
    private var byteCount = 0

    /// - Parameter limit: in bytes.
    public init(limit: Int) throws {
        file = try TemporaryFile(isNamed: true)
        self.limit = limit
    }

    /// Takes the next piece; returns when it is written, so that whoever sends is held back.
    /// - Throws: `TooLarge`; an error of the disk.
    public mutating func take(_ piece: [UInt8]) async throws {
        byteCount += piece.count
        guard byteCount <= limit else { throw TooLarge(limit: limit) }
        piece.withUnsafeBytes { hash.update($0) }
        let file = file
        try await withCheckedThrowingContinuation { continuation in
            Self.disk.async {
                continuation.resume(with: Result { try piece.withUnsafeBytes { try file.write($0) } })
            }
        }
    }

    /// All has come.
    public consuming func finish() -> ReceivedFile {
        ReceivedFile(file, byteCount: byteCount, sha256: hash.finish().hex)
    }
}
