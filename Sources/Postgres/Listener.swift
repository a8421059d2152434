import CLibpq
import Glibc

/// Receives what other connections send with NOTIFY (manual, chapters NOTIFY and LISTEN).
public enum Listener {
    /// One NOTIFY. Equal ones of one transaction arrive once.
    public struct Notification: Sendable, Equatable {
        public var channel: String
        /// Empty if NOTIFY gave none.
        public var payload: String
        /// Process id of the sender's side of the server.
        public var backendPID: Int32
    }

    /// Listens on a connection of its own, which no pooler such as PgBouncer may stand in front of.
    ///
    /// The channels are listened to when this returns: nothing that is sent later is missed. The stream keeps what nobody has
    /// read yet. It ends by cancelling the task that reads it, or with an error when the connection is lost; what is
    /// sent until the next `listen` is lost then, so the state must be read anew.
    /// - Parameters:
    ///   - conninfo: as `Connection.open` takes it. A vanished host shows only by TCP keepalive: `keepalives_idle=30` for one.
    ///   - channels: names as they are, upper and lower case told apart; at least one.
    ///   - setUp: runs on the connection once it listens, for what is to last as long as it does.
    ///   - take: called for each notification on the connection's own thread: for who cannot wait for a task to be resumed. Returns
    ///     whether that is all, so that the stream, and who reads it, does not wake up for it. Must not block.
    /// - Throws: `PostgresError` if it cannot connect or listen; the stream throws it when the connection is lost.
    public static func listen(
        _ conninfo: String, channels: [String], application: String = "catalog-listen",
        setUp: @escaping @Sendable (Session) throws -> Void = { _ in },
        take: @escaping @Sendable (Notification) -> Bool = { _ in false }
    ) async throws -> AsyncThrowingStream<Notification, any Error> {
        precondition(!channels.isEmpty, "without a channel nothing is ever received")
        let end = try WakePipe()
        let connection = try await Connection.open(conninfo, application: application)
        try await connection.closingOnError { connection in
            try await connection.run { session in
                for channel in channels { try session.execute("listen \(identifier: channel)") }
                try setUp(session)
            }
        }
        let (stream, continuation) = AsyncThrowingStream<Notification, any Error>.makeStream()
        continuation.onTermination = { _ in end.wake() }
        // Waits on the connection's thread, not on the cooperative pool.
        Task {
            do {
                try await connection.run { session in
                    try session.receive(until: end) { notification in
                        if !take(notification) { continuation.yield(notification) }
                    }
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
            await connection.close()
        }
        return stream
    }
}

extension Session {
    /// Calls `body` with each notification until the pipe is written to.
    fileprivate func receive(until end: WakePipe, _ body: (Listener.Notification) -> Void) throws {
        canceller.awaitNews()
        while true {
            // Before the wait: the first ones may have come with the answer to LISTEN.
            while let notify = PQnotifies(connection) {
                defer { PQfreemem(notify) }
                body(Listener.Notification(notify.pointee))
            }
            var descriptors = [PQsocket(connection), end.receiver].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            // A signal may interrupt the wait; then nothing is there to read, which does no harm.
            poll(&descriptors, 2, -1)
            if descriptors[1].revents != 0 { return }
            guard PQconsumeInput(connection) == 1 else { throw PostgresError(connection: connection) }
        }
    }
}

extension Listener.Notification {
    fileprivate init(_ notify: PGnotify) {
        channel = String(cString: notify.relname)
        payload = String(cString: notify.extra)
        backendPID = notify.be_pid
    }
}

/// Wakes a thread that waits in `poll`: a pipe that only ever carries one byte.
private final class WakePipe: Sendable {
    /// Becomes readable at the first `wake`, and stays so.
    let receiver: Int32
    private let sender: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw PostgresError(message: "cannot listen: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (receiver, sender) = (ends[0], ends[1])
    }

    deinit {
        close(receiver)
        close(sender)
    }

    func wake() {
        write(sender, "!", 1)
    }
}
