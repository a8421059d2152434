import OpenSSL
import Threads

/// An object of a bucket, fetched whole into a temporary file.
package final class SpooledObject: ByteSource, Sendable {
    package let byteCount: Int?
    private let spool: TemporaryFile
    private let offset = Locked(0)

    private init(_ spool: TemporaryFile) {
        self.spool = spool
        byteCount = spool.byteCount
    }

    /// - Parameters:
    ///   - version: of a store with versions; the tag again in one without.
    ///   - limit: bytes at most.
    /// - Throws: `ObjectTooLarge`; `ObjectStoreError`, with `isGone` if the object was deleted or replaced.
    package static func fetch(
        _ key: String, version: String?, etag: String?, from store: any ObjectStore, limit: Int
    ) async throws -> SpooledObject {
        let spool = try TemporaryFile()
        try await store.get(key, version: version == etag ? nil : version, etag: etag) { piece in
            guard spool.byteCount + piece.count <= limit else { throw ObjectTooLarge(limit: limit) }
            try spool.write(piece)
        }
        return SpooledObject(spool)
    }

    /// Of all bytes, 64 hexadecimal digits.
    package func sha256() async throws -> String {
        try await onThread(named: "spool-hash") { [spool] in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
            defer { buffer.deallocate() }
            let (hash, read) = (SHA256(), spool.reader())
            while case let count = try read(buffer), count > 0 {
                hash.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
            }
            return hash.finish().hex
        }
    }

    package func rewind() -> Bool {
        offset.withLock { $0 = 0 }
        return true
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try offset.withLock { offset in
            let count = try spool.read(at: offset, into: buffer)
            offset += count
            return count
        }
    }
}

/// There are more bytes than may be taken.
package struct ObjectTooLarge: Error, Equatable {
    /// Bytes.
    package var limit: Int

    package init(limit: Int) {
        self.limit = limit
    }
}
