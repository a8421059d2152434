import Curl
import Dispatch
import Testing
import Threads

extension HTTPClient {
    /// A client with short limits.
    static func make(
        connect: Duration = .seconds(5), stall: Duration = .seconds(30), maximumBodyBytes: Int = 64 << 20,
        caFile: String? = nil, connectionsPerHost: Int = 32
    ) -> HTTPClient {
        var configuration = Configuration()
        configuration.connectTimeout = connect
        configuration.stallTimeout = stall
        configuration.maximumBodyBytes = maximumBodyBytes
        configuration.caFile = caFile
        configuration.maximumConnectionsPerHost = connectionsPerHost
        return HTTPClient(configuration)
    }

    /// The transport error of a request; nil if it was answered.
    func failure(of request: HTTPRequest) async throws -> HTTPTransportError? {
        do {
            _ = try await send(request)
            return nil
        } catch let error as HTTPTransportError {
            return error
        }
    }

    /// The same of a download.
    func downloadFailure(of request: HTTPRequest) async throws -> HTTPTransportError? {
        do {
            _ = try await download(request) { _ in }
            return nil
        } catch let error as HTTPTransportError {
            return error
        }
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a receiver has seen.
final class Received: Sendable {
    private let state = Locked((count: 0, pieces: 0, largest: 0))

    func add(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { $0 = ($0.count + bytes.count, $0.pieces + 1, max($0.largest, bytes.count)) }
    }

    var count: Int { state.withLock { $0.count } }
    var largest: Int { state.withLock { $0.largest } }
}

/// Blocks a thread until it is opened.
final class ThreadGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }
    func open() { semaphore.signal() }
}
