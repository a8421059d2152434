import Glibc

/// Asks whether a server answers on a unix socket.
enum ServerSocket {
    /// `SSLRequest` (manual, section 55.7): length 8 and a code; the answer is one byte, and closing then is not logged.
    private static let question: [UInt8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]
    private static let patience = timeval(tv_sec: 5, tv_usec: 0)

    /// False when nobody listens, and when the server is dying: the kernel still takes connections for a killed process.
    /// A server that is only slow counts as answering, because the remedy for silence is a restart.
    static func answers(_ path: String) -> Bool {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var patience = patience
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard connect(socket, path), send(socket, question, question.count, Int32(MSG_NOSIGNAL)) == 8 else {
            return false
        }
        var answer: UInt8 = 0
        let count = recv(socket, &answer, 1, 0)
        return count == 1 || (count < 0 && errno == EAGAIN)
    }

    private static func connect(_ socket: Int32, _ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isFitting = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        return isFitting
            && withUnsafePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
    }
}
