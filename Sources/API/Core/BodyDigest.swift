import Hummingbird
import NIOCore
import OpenSSL
import Threads

/// The SHA-256 of a request's body, made while somebody else reads it; of a form that of its parts, because clients write the same
/// form with another boundary each time.
final class BodyDigest: Sendable {
    private struct State {
        var hash: SHA256? = SHA256()
        var digest: String?
        var form: MultipartReader?

        mutating func take(_ bytes: ByteBufferView) {
            // What is no form after all is refused by whoever reads it.
            guard let events = try? form?.take(bytes) else { return bytes.withUnsafeBytes { hash?.update($0) } }
            for event in events {
                switch event {
                case .part(let name, let fileName): hash?.update(Array("part \(name)\0\(fileName ?? "\0")\0".utf8))
                case .bytes(let bytes): hash?.update(bytes)
                case .partEnded: hash?.update(Array("\0end".utf8))
                }
            }
        }
    }

    private let state: Locked<State>

    /// - Parameter contentType: the header of the request.
    init(contentType: String) {
        state = Locked(State(form: Self.isForm(contentType) ? MultipartReader(contentType: contentType) : nil))
    }

    static func isForm(_ contentType: String) -> Bool { contentType.lowercased().hasPrefix("multipart/form-data") }

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
            state.take(piece.readableBytesView)
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
