import Catalog
import Foundation
import Synchronization

/// An object of a bucket, fetched whole into a file without a name.
final class SpooledObject: UploadSource, Sendable {
    let byteCount: Int?
    private let reader: Mutex<(UnsafeMutableRawBufferPointer) throws -> Int>

    private init(_ file: sending TemporaryFile) {
        byteCount = file.byteCount
        reader = Mutex(file.reader())
    }

    /// - Parameter limit: bytes at most.
    /// - Throws: `UploadFailure` if it is larger or gone; errors of the store are for trying again.
    static func fetch(_ upload: Upload, from store: any ObjectStore, limit: Int) async throws -> SpooledObject {
        let sink = try Sink(limit: limit)
        do {
            _ = try await store.get(upload.objectKey, version: upload.objectVersion) { try sink.write($0) }
        } catch let error as ObjectStoreError where error.isNotFound {
            throw UploadFailure(
                .unreadableFile, "The file is no longer in the bucket: it was deleted or replaced. Upload it again.")
        }
        return SpooledObject(sink.take())
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try reader.withLock { try $0(buffer) }
    }
}

/// Takes the pieces of a download on whatever thread they come.
private final class Sink: Sendable {
    private let file: Mutex<TemporaryFile>
    private let limit: Int

    init(limit: Int) throws {
        file = Mutex(try TemporaryFile())
        self.limit = limit
    }

    func write(_ piece: UnsafeRawBufferPointer) throws {
        try file.withLock { file in
            guard file.byteCount + piece.count <= limit else { throw UploadFailure.tooLarge(limit) }
            try file.write(piece)
        }
    }
}
