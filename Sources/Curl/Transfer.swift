import CLibcurl
import Synchronization
import Threads

/// One transfer of a `Driver`: takes what libcurl delivers, and resumes who waits.
final class Transfer: @unchecked Sendable {  // because of the proof at `continuation`
    let plan: TransferPlan
    /// Set before the driver is told, so that a cancellation is not lost that comes ahead of the start.
    let isCancelled = Atomic(false)

    // These belong to one thread after another: first to the task that makes the transfer, then to the driver's thread. The lock
    // of the driver's inbox stands between them. No other thread looks at them, and nothing is handed back.
    private var continuation: CheckedContinuation<TransferOutcome, any Error>?
    private var easy: EasyHandle?
    private var upload: UploadSource?
    private var outcome = TransferOutcome()
    /// The sink wants no more. libcurl reports that as a failed write, which can come ahead of the driver's command to cancel.
    private var isRefused = false
    /// To which no connection was made.
    private var forbidden: NetworkAddress?
    /// Of the task that makes the transfer.
    private let reportProgress = WorkProgress.report
    /// nil for none.
    private(set) var deadline: ContinuousClock.Instant?

    init(_ plan: TransferPlan) {
        self.plan = plan
    }

    /// Called by the task, before it hands the transfer over.
    func prepare(_ continuation: CheckedContinuation<TransferOutcome, any Error>) {
        self.continuation = continuation
    }

    /// - Returns: the handle to be given to the multi handle; nil if the transfer ended here.
    func begin() -> UnsafeMutableRawPointer? {
        let easy = EasyHandle()
        self.easy = easy
        deadline = plan.total.map { .now + $0 }
        upload = plan.upload.map(UploadSource.init)
        for setting in plan.settings {
            let code = easy.apply(setting)
            guard code == CURLE_OK else {
                end(code)
                return nil
            }
        }
        connectCallbacks(easy)
        return easy.raw
    }

    /// Lets a paused transfer go on.
    func resume() {
        if let easy { curl_easy_pause(easy.raw, CURLPAUSE_RECV_CONT) }
    }

    /// - Parameter code: `CURLE_OK`, or what libcurl says.
    func end(_ code: CURLcode) {
        if isRefused { return fail(CancellationError()) }
        outcome.code = code
        outcome.status = easy?.responseCode ?? 0
        outcome.text = easy?.text(of: code) ?? ""
        if let failure = upload?.failure { outcome.stop = .unreadableUpload(failure) }
        if code != CURLE_OK, let forbidden { outcome.stop = .forbiddenAddress("\(forbidden)") }
        finish(.success(outcome))
    }

    /// Ends without an outcome of libcurl.
    func fail(_ error: any Error) {
        finish(.failure(error))
    }

    var handle: UnsafeMutableRawPointer? { easy?.raw }

    private func finish(_ result: Result<TransferOutcome, any Error>) {
        easy = nil
        upload = nil
        continuation?.resume(with: result)
        continuation = nil
    }
}

// MARK: What libcurl calls, on the driver's thread

extension Transfer {
    /// The driver keeps the transfer alive while libcurl has the pointer.
    private func connectCallbacks(_ easy: EasyHandle) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = clibcurl_set_pointer(easy.raw, CURLOPT_PRIVATE, context)
        clibcurl_on_header(
            easy.raw, { Transfer.of($3).takeHeader(UnsafeRawBufferPointer(start: $0, count: $1 * $2)) }, context)
        clibcurl_on_body(
            easy.raw, { Transfer.of($3).takeBody(UnsafeRawBufferPointer(start: $0, count: $1 * $2)) }, context)
        if plan.isForPublicAddresses {
            clibcurl_on_connect(
                easy.raw,
                { context, _, peer in peer.map { Transfer.of(context).openSocket(to: $0) } ?? clibcurl_no_socket },
                context)
        }
        guard upload != nil else { return }
        clibcurl_on_upload(
            easy.raw, { Transfer.of($3).giveBody(UnsafeMutableRawBufferPointer(start: $0, count: $1 * $2)) },
            { context, offset, origin in
                origin == SEEK_SET
                    ? Transfer.of(context).upload?.seek(to: Int(offset)) ?? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_FAIL
            }, context)
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    /// - Returns: none for an address that may not be reached.
    private func openSocket(to peer: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        let bytes = [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            count = Int(clibcurl_address(peer, buffer.baseAddress))
        }
        let address = NetworkAddress(bytes)
        guard address.isPublic else {
            forbidden = address
            return clibcurl_no_socket
        }
        return clibcurl_open_socket(peer)
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        outcome.headerLines.append(String(decoding: line, as: UTF8.self))
        return bytes.count
    }

    /// - Returns: how many bytes were taken; anything but all of them ends the transfer, `clibcurl_pause` pauses it.
    private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        let isWanted = (200..<300).contains(easy?.responseCode ?? 0)
        // An error that is answered again and again is no progress.
        if isWanted { reportProgress() }
        switch plan.sink {
        case .stream(let sink, _) where isWanted:
            switch sink.offer(bytes) {
            case .taken: return bytes.count
            case .full: return clibcurl_pause
            case .refused:
                isRefused = true
                return 0
            }
        case .stream(_, let limit): return keep(bytes, upTo: limit, otherwise: .enough)
        case .buffer(let limit): return keep(bytes, upTo: limit, otherwise: .bodyTooLarge)
        }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer, upTo limit: Int, otherwise stop: TransferOutcome.Stop) -> Int {
        if outcome.body.isEmpty { outcome.body.reserveCapacity(min(limit, easy?.announcedBytes ?? 0)) }
        let room = limit - outcome.body.count
        outcome.body += UnsafeRawBufferPointer(rebasing: bytes.prefix(room))
        guard bytes.count > room else { return bytes.count }
        outcome.stop = stop
        return 0
    }

    private func giveBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        reportProgress()
        return upload?.read(into: buffer) ?? clibcurl_abort_upload
    }
}
