import Glibc

/// Where a connection leads to, as the operating system has it: behind a name there may be another server by now.
struct ServerAddress: Hashable {
    private let bytes: [UInt8]

    /// - Returns: nil if the socket is not connected any more.
    init?(peerOf socket: Int32) {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutableBytes(of: &storage) {
            getpeername(socket, $0.bindMemory(to: sockaddr.self).baseAddress, &size)
        }
        guard status == 0 else { return nil }
        bytes = withUnsafeBytes(of: storage) { Array($0.prefix(Int(size))) }
    }

    /// Whether anything comes back from there to a new client, be it only that nobody listens. Blocks until then.
    ///
    /// A server that hangs does not: its host goes on taking connections for it, but nobody begins to speak on them. What is asked needs no
    /// password and leaves no line in the server's log: whether TLS is possible (manual, section 55.2.10). Poolers answer it, too.
    func answers(within limit: Duration) -> Bool {
        let family = bytes.withUnsafeBytes { $0.load(as: sockaddr.self).sa_family }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(Int32(family), kind, 0)
        // Without a descriptor nothing is learned of the server.
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + limit
        switch connect(descriptor, until: deadline) {
        case 0: break
        // Its host lives, and has ended the connections of whoever listened before.
        case ECONNREFUSED, ENOENT: return true
        default: return false
        }
        // The length, and the code of the request.
        let request: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]
        send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        return wait(for: Int16(POLLIN), on: descriptor, until: deadline)
    }

    /// - Returns: the `errno` of what failed, or 0.
    private func connect(_ descriptor: Int32, until deadline: ContinuousClock.Instant) -> Int32 {
        while true {
            let status = bytes.withUnsafeBytes {
                Glibc.connect(descriptor, $0.bindMemory(to: sockaddr.self).baseAddress, socklen_t($0.count))
            }
            let code = status == 0 ? 0 : errno
            switch code {
            // The queue of a socket file is full: it may have room soon.
            case EAGAIN where ContinuousClock.now < deadline: usleep(50_000)
            case EINPROGRESS:
                guard wait(for: Int16(POLLOUT), on: descriptor, until: deadline) else { return ETIMEDOUT }
                var (error, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
                getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
                return error
            default: return code
            }
        }
    }

    private func wait(for event: Int16, on descriptor: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        var watched = pollfd(fd: descriptor, events: event, revents: 0)
        while true {
            let left = (deadline - .now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            let count = poll(&watched, 1, Int32(max(0, milliseconds)))
            // A signal may interrupt the wait.
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }
}
