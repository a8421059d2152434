import OpenSSL
import Storage

/// The bytes as they arrive: counted, bounded and hashed.
final class RawBytes {
    private let source: any ByteSource
    private let limit: Int
    private let progress: (Int) -> Void
    private var hash = SHA256()
    private var count = 0

    init(_ source: any ByteSource, limit: Int, progress: @escaping (Int) -> Void) {
        self.source = source
        self.limit = limit
        self.progress = progress
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if let size = source.byteCount, size > limit { throw FileFailure.tooLarge(limit: limit) }
        let got = try source.read(into: buffer)
        hash.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(got)))
        count += got
        guard count <= limit else { throw FileFailure.tooLarge(limit: limit) }
        try tick()
        return got
    }

    /// Says that the work goes on, also where no more bytes arrive.
    func tick() throws {
        try Task.checkCancellation()
        progress(count)
    }

    /// Of all bytes so far.
    func digest() -> (byteCount: Int, sha256: String) { (count, hash.finish().hex) }
}
