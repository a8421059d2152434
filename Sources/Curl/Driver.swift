import CLibcurl
import Glibc
import Synchronization
import Threads

/// Runs all transfers of a client on one thread, over one multi handle with its pool of connections.
final class Driver: @unchecked Sendable {
    // Sendable, because the inbox is locked, `transfers` is touched by the thread alone, and the multi handle too but for
    // `curl_multi_wakeup`, which any thread may call; it is called under the inbox's lock and never once the inbox is closed, so the
    // thread may free the handle after it has seen that.

    enum Command {
        case start(Transfer)
        case cancel(Transfer)
        /// There is room again for a paused transfer's body.
        case resume(Transfer)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isClosed = false
    }

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let multi: UnsafeMutableRawPointer
    private let inbox = Locked(Inbox())
    private var transfers: [ObjectIdentifier: Transfer] = [:]

    /// - Parameter connectionsPerHost: further transfers wait for one of them.
    init(connectionsPerHost: Int) {
        guard Self.isReady, let multi = curl_multi_init() else { preconditionFailure("libcurl cannot be initialised") }
        self.multi = multi
        _ = clibcurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        // By default it shrinks with the number of transfers, and a burst would close what the next one needs.
        _ = clibcurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsPerHost * 2)
        // The thread owns the driver until it is closed.
        detachThread(named: "curl") { self.run() }
    }

    // MARK: From any thread

    /// Runs a transfer to its end.
    /// - Throws: `CancellationError` if the task or the transfer is cancelled; `DriverClosed`.
    func run(_ transfer: Transfer) async throws -> TransferOutcome {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                transfer.prepare(continuation)
                if !send(.start(transfer)) { transfer.fail(DriverClosed()) }
            }
        } onCancel: {
            cancel(transfer)
        }
    }

    /// Ends a transfer with `CancellationError`, if it has not ended yet.
    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .sequentiallyConsistent)
        send(.cancel(transfer))
    }

    /// - Returns: false if the driver is closed.
    @discardableResult
    func send(_ command: Command) -> Bool {
        inbox.withLock { inbox in
            guard !inbox.isClosed else { return false }
            inbox.commands.append(command)
            curl_multi_wakeup(multi)
            return true
        }
    }

    /// Ends all transfers with `DriverClosed`, then the thread. Further ones are refused.
    func close() {
        inbox.withLock { inbox in
            guard !inbox.isClosed else { return }
            inbox.isClosed = true
            curl_multi_wakeup(multi)
        }
    }

    // MARK: On the thread

    private func run() {
        ignoreBrokenPipes()
        while obey() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collect()
            // Wakes for sockets, for timers of libcurl and for the inbox.
            curl_multi_poll(multi, nil, 0, expire(), nil)
        }
        for transfer in transfers.values { remove(transfer) { $0.fail(DriverClosed()) } }
        curl_multi_cleanup(multi)
    }

    /// - Returns: false if the driver is closed.
    private func obey() -> Bool {
        let (commands, isClosed) = inbox.withLock { inbox in
            defer { inbox.commands = [] }
            return (inbox.commands, inbox.isClosed)
        }
        for command in commands {
            switch command {
            case .start(let transfer): start(transfer)
            case .cancel(let transfer): remove(transfer) { $0.fail(CancellationError()) }
            case .resume(let transfer): transfer.resume()
            }
        }
        return !isClosed
    }

    private func start(_ transfer: Transfer) {
        guard !transfer.isCancelled.load(ordering: .sequentiallyConsistent) else {
            return transfer.fail(CancellationError())
        }
        guard let handle = transfer.begin() else { return }
        transfers[ObjectIdentifier(transfer)] = transfer
        curl_multi_add_handle(multi, handle)
    }

    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            // Removing the handle frees the message.
            let code = clibcurl_result(message)
            remove(Transfer.of(clibcurl_context(handle))) { $0.end(code) }
        }
    }

    /// Ends the transfers whose time is over.
    /// - Returns: how long the next one has, in milliseconds; at most a minute.
    private func expire() -> Int32 {
        let now = ContinuousClock.now
        var next = now + .seconds(60)
        for transfer in transfers.values {
            guard let deadline = transfer.deadline else { continue }
            if deadline <= now {
                remove(transfer) { $0.end(CURLE_OPERATION_TIMEDOUT) }
            } else {
                next = min(next, deadline)
            }
        }
        return Int32((next - now).milliseconds)
    }

    /// Does nothing if the transfer has ended already.
    private func remove(_ transfer: Transfer, _ end: (Transfer) -> Void) {
        guard transfers.removeValue(forKey: ObjectIdentifier(transfer)) != nil else { return }
        curl_multi_remove_handle(multi, transfer.handle)
        end(transfer)
    }

    /// A lost connection is an error of its transfer. CURLOPT_NOSIGNAL leaves the signal to us; blocked on the thread that writes, it
    /// has no effect.
    private func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

/// The driver takes no transfers any more.
struct DriverClosed: Error {}
