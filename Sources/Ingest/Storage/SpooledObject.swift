import Catalog
import Foundation
import Threads

/// An object of a bucket, fetched whole into a file without a name.
final class SpooledObject: UploadSource, Sendable {
    let byteCount: Int?
    private let spool: TemporaryFile
    private let offset = Locked(0)

    private init(_ spool: TemporaryFile) {
        self.spool = spool
        byteCount = spool.byteCount
    }

    /// - Parameter limit: bytes at most.
    /// - Throws: `UploadFailure` if it is larger or gone; errors of the store are for trying again.
    static func fetch(_ upload: Upload, from store: any ObjectStore, limit: Int) async throws -> SpooledObject {
        try await fetch(
            upload.objectKey, version: upload.objectVersion, etag: upload.etag, from: store, limit: limit)
    }

    /// - Parameter version: of a store with versions; the tag again in one without.
    static func fetch(
        _ key: String, version: String?, etag: String?, from store: any ObjectStore, limit: Int
    ) async throws -> SpooledObject {
        let spool = try TemporaryFile()
        do {
            try await store.get(key, version: version == etag ? nil : version, etag: etag) { piece in
                guard spool.byteCount + piece.count <= limit else { throw UploadFailure.tooLarge(limit) }
                try spool.write(piece)
            }
        } catch let error as ObjectStoreError where error.isGone {
            throw UploadFailure(
                .unreadableFile, "The file is no longer in the bucket: it was deleted or replaced. Upload it again.")
        }
        return SpooledObject(spool)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try offset.withLock { offset in
            let count = try spool.read(at: offset, into: buffer)
            offset += count
            return count
        }
    }
}
