import OpenSSL
import Threads

/// The SHA-256 of a download, from whichever thread its pieces come.
final class StreamedDigest: Sendable {
    private let hash = Monitor(SHA256())

    func update(_ bytes: UnsafeRawBufferPointer) {
        hash.withLock { $0.update(bytes) }
    }

    /// Hexadecimal. May be called once.
    func finish() -> String { hash.withLock { $0.finish().hex } }
}
