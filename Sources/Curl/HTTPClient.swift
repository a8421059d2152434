import CLibcurl

/// Speaks HTTP/1.1 and, over TLS, HTTP/2. Connections are kept and used again; all transfers share one thread.
///
/// Certificates and host names are always verified, TLS is 1.2 or newer, redirects are not followed. The proxy of the environment
/// (`https_proxy`, `no_proxy`) is used except for this machine and link-local addresses.
package final class HTTPClient: Sendable {
    /// Limits, with defaults.
    package struct Configuration: Sendable {
        /// For name, connection and TLS handshake together.
        package var connectTimeout: Duration = .seconds(5)
        /// A transfer without a byte in either direction for this long is a time-out. Rounded up to whole seconds.
        package var stallTimeout: Duration = .seconds(30)
        /// Bytes of a body that a server takes in a second at least: that much longer it may be silent, since whoever stands before it may have
        /// taken them all. Nil: it has taken what was sent.
        package var slowestUpload: Int?
        /// Bytes of a body that are sent in a second at most. Nil: as many as go.
        package var fastestUpload: Int?
        /// The largest body of an answer that `send` takes, in bytes.
        package var maximumBodyBytes = 64 << 20
        /// A PEM file of authorities, trusted instead of the system's.
        package var caFile: String?
        /// Further requests to the host wait.
        package var maximumConnectionsPerHost = 32
        package var userAgent = "catalog"

        package init() {}
    }

    /// Of an error document in answer to a download, in bytes.
    private static let errorDocumentLimit = 64 << 10

    private let configuration: Configuration
    private let driver: Driver

    package init(_ configuration: Configuration = .init()) {
        self.configuration = configuration
        driver = Driver(connectionsPerHost: configuration.maximumConnectionsPerHost)
    }

    deinit { driver.close() }

    /// Sends a request and holds the body of the answer in memory.
    /// - Returns: any answer, errors of the server included.
    /// - Throws: `HTTPTransportError`; `CancellationError` promptly when the task is cancelled.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await traced(request) { request in
            let plan = try request.plan(configuration, sink: .buffer(limit: configuration.maximumBodyBytes))
            return try await perform(Transfer(plan), request)
        }
    }

    /// Sends a request and hands the body of a 2xx answer to `receive`, piece by piece.
    ///
    /// `receive` runs on a thread of its own for this transfer and may block: the server is held back meanwhile, and at most 1 MiB is in
    /// memory beside what libcurl buffers. It is never at work any more when this method returns or throws.
    /// - Returns: without the body of a 2xx answer, with the first 64 KiB of any other.
    /// - Throws: `HTTPTransportError`; `CancellationError`; what `receive` throws, which ends the transfer.
    package func download(
        _ request: HTTPRequest, receive: @Sendable @escaping (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> HTTPResponse {
        try await traced(request) { try await stream($0, to: receive) }
    }

    private func stream(
        _ request: HTTPRequest, to receive: @Sendable @escaping (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> HTTPResponse {
        let sink = DownloadSink(receive)
        let plan = try request.plan(configuration, sink: .stream(sink, errorLimit: Self.errorDocumentLimit))
        let transfer = Transfer(plan)
        sink.attach(
            DownloadSink.Control(
                onRoom: { [driver] in driver.send(.resume(transfer)) },
                onFailure: { [driver] in driver.cancel(transfer) }))
        return try await withTaskCancellationHandler {
            let outcome: Result<HTTPResponse, any Error>
            do {
                outcome = .success(try await perform(transfer, request))
            } catch {
                sink.discard()
                outcome = .failure(error)
            }
            do {
                try await sink.end()
            } catch let error as CancellationError {
                // A discarded rest has a reason, which is told instead.
                _ = try outcome.get()
                throw error
            }
            return try outcome.get()
        } onCancel: {
            sink.discard()
        }
    }

    /// Ends all transfers with an error. Later ones fail at once.
    package func close() {
        driver.close()
    }

    private func perform(_ transfer: Transfer, _ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try HTTPResponse(try await driver.run(transfer), request)
        } catch is DriverClosed {
            throw HTTPTransportError(.other, "\(request.target): the client is closed")
        }
    }
}

extension HTTPResponse {
    /// - Throws: `HTTPTransportError`.
    init(_ outcome: TransferOutcome, _ request: HTTPRequest) throws(HTTPTransportError) {
        switch outcome.stop {
        case .bodyTooLarge:
            throw HTTPTransportError(
                .bodyTooLarge, "\(request.target): the body is larger than \(outcome.body.count) bytes")
        case .unreadableUpload(let reason):
            throw HTTPTransportError(.other, "\(request.target): \(reason)")
        case .forbiddenAddress(let address):
            throw HTTPTransportError(
                .forbiddenAddress, "\(request.target): \(address) is not an address of the internet")
        case .enough: break
        case nil:
            guard outcome.code == CURLE_OK else {
                throw HTTPTransportError(.init(outcome), "\(request.target): \(outcome.text)")
            }
        }
        self.init(status: outcome.status, headers: HTTPHeaders(lines: outcome.headerLines), body: outcome.body)
    }
}
