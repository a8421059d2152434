import Foundation
import TestSupport

/// A TCP port in front of the test cluster, which itself has only a socket file: libpq speaks of TLS over TCP only.
struct TCPRelay {
    let port: UInt16
    private let listening: Int32

    static func toCluster() async throws -> TCPRelay {
        let environment = try await TestCluster.conninfo(database: "postgres").split(separator: " ")
        let folder = environment.first { $0.hasPrefix("host=") }!.dropFirst("host=".count)
        return try TCPRelay(to: "\(folder)/.s.PGSQL.5432")
    }

    private init(to path: String) throws {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutableBytes(of: &address) { [listening] bytes in
            let address = bytes.bindMemory(to: sockaddr.self).baseAddress!
            return bind(listening, address, size) == 0 && listen(listening, 8) == 0
                && getsockname(listening, address, &size) == 0
        }
        guard bound else { throw POSIXError(POSIXErrorCode(rawValue: errno)!) }
        port = UInt16(bigEndian: address.sin_port)
        Thread { [listening] in Self.accept(listening, path) }.start()
    }

    /// Ends the thread, which waits in `accept`.
    func stop() {
        shutdown(listening, Int32(SHUT_RDWR))
    }

    private static func accept(_ listening: Int32, _ path: String) {
        while case let client = Glibc.accept(listening, nil, nil), client >= 0 {
            let server = connect(path)
            for (from, to) in [(client, server), (server, client)] { Thread { pump(from, to) }.start() }
        }
        close(listening)
    }

    private static func connect(_ path: String) -> Int32 {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        _ = withUnsafeBytes(of: &address) { Glibc.connect(server, $0.bindMemory(to: sockaddr.self).baseAddress, size) }
        return server
    }

    /// Copies one direction until it ends. Descriptors stay open: a test process has enough of them.
    private static func pump(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(from, &buffer, buffer.count), count > 0 {
            // MSG_NOSIGNAL: the other end may have hung up already.
            if send(to, buffer, count, Int32(MSG_NOSIGNAL)) != count { break }
        }
        shutdown(to, Int32(SHUT_WR))
    }
}
