import Dispatch
import OpenSSL

/// Bytes that came over the network, on disk until their last owner is gone.
package struct ReceivedFile: Sendable {
    package let file: TemporaryFile
    package let byteCount: Int
    /// 64 lower-case hexadecimal digits.
    package let sha256: String

    fileprivate init(_ file: TemporaryFile, byteCount: Int, sha256: String) {
        self.file = file
        self.byteCount = byteCount
        self.sha256 = sha256
    }
}

/// Takes the bytes of a file piece by piece, off Swift's pool.
package struct FileReception: ~Copyable {
    private static let disk = DispatchQueue(label: "catalog.reception", attributes: .concurrent)

    private let file: TemporaryFile
    private let limit: Int
    private var hash = SHA256()
    private var byteCount = 0

    /// - Parameter limit: in bytes.
    package init(limit: Int) throws {
        file = try TemporaryFile()
        self.limit = limit
    }

    /// Takes the next piece; returns when it is written, so that whoever sends is held back.
    /// - Throws: `ObjectTooLarge`; an error of the disk.
    package mutating func take(_ piece: [UInt8]) async throws {
        byteCount += piece.count
        guard byteCount <= limit else { throw ObjectTooLarge(limit: limit) }
        piece.withUnsafeBytes { hash.update($0) }
        let file = file
        try await withCheckedThrowingContinuation { continuation in
            Self.disk.async {
                continuation.resume(with: Result { try piece.withUnsafeBytes { try file.write($0) } })
            }
        }
    }

    /// All has come.
    package consuming func finish() -> ReceivedFile {
        ReceivedFile(file, byteCount: byteCount, sha256: hash.finish().hex)
    }
}
