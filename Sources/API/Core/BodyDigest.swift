import Hummingbird
import NIOCore
import OpenSSL
import Threads

/// The SHA-256 of a request's body, made while somebody else reads it.
final class BodyDigest: Sendable {
    private struct State {
        var hash: SHA256? = SHA256()
        var digest: String?
    }

    private let state = Locked(State())

    /// 64 hexadecimal digits; nil until the body was read to its end.
    var sha256: String? { state.withLock { $0.digest } }

    /// The same body, watched.
    func watching(_ body: RequestBody) -> RequestBody {
        RequestBody(asyncSequence: WatchedBody(body: body, digest: self))
    }

    fileprivate func take(_ piece: ByteBuffer?) {
        state.withLock { state in
            guard let piece else {
                if let hash = state.hash.take() { state.digest = hash.finish().hex }
                return
            }
            piece.readableBytesView.withUnsafeBytes { state.hash?.update($0) }
        }
    }
}

private struct WatchedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let digest: BodyDigest

    func makeAsyncIterator() -> Iterator { Iterator(body: body.makeAsyncIterator(), digest: digest) }

    struct Iterator: AsyncIteratorProtocol {
        var body: RequestBody.AsyncIterator
        let digest: BodyDigest

        mutating func next() async throws -> ByteBuffer? {
            let piece = try await body.next()
            digest.take(piece)
            return piece
        }
    }
}
