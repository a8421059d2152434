import Foundation
import Threads

/// A TCP port in front of a test server, which itself has only a socket file: libpq speaks of TLS over TCP only. It counts round trips.
package struct TCPRelay {
    package let port: UInt16
    private let listening: Int32
    private let count = Locked(0)

    package static func toCluster() async throws -> TCPRelay {
        try TCPRelay(to: try await TestCluster.conninfo(database: "postgres"))
    }

    /// - Parameter conninfo: as `key=value`, with the folder of the socket file.
    package init(to conninfo: String) throws {
        let folder = conninfo.split(separator: " ").first { $0.hasPrefix("host=") }!.dropFirst("host=".count)
        let path = "\(folder)/.s.PGSQL.5432"
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
        Thread { [listening, count] in Self.accept(listening, path, count) }.start()
    }

    /// How often servers have waited for clients so far: each time costs who asks the time to the server and back.
    package var roundTrips: Int { count.withLock { $0 } }

    /// The same server and database by way of the relay, in the clear.
    package func conninfo(_ direct: String) -> String {
        let others = direct.split(separator: " ").filter { !$0.hasPrefix("host=") && !$0.hasPrefix("port=") }
        return "host=127.0.0.1 port=\(port) sslmode=disable gssencmode=disable \(others.joined(separator: " "))"
    }

    /// Ends the thread, which waits in `accept`.
    package func stop() {
        shutdown(listening, Int32(SHUT_RDWR))
    }

    private static func accept(_ listening: Int32, _ path: String, _ count: Locked<Int>) {
        while case let client = Glibc.accept(listening, nil, nil), client >= 0 {
            let server = connect(path)
            Thread { pump(client, server) { _ in } }.start()
            Thread {
                var turns = ServerTurns()
                pump(server, client) { bytes in
                    let found = turns.count(in: bytes)
                    count.withLock { $0 += found }
                }
            }.start()
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
    private static func pump(_ from: Int32, _ to: Int32, _ look: (ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(from, &buffer, buffer.count), count > 0 {
            look(buffer[..<count])
            // MSG_NOSIGNAL: the other end may have hung up already.
            if send(to, buffer, count, Int32(MSG_NOSIGNAL)) != count { break }
        }
        shutdown(to, Int32(SHUT_WR))
    }
}

/// Counts the messages after which a server waits for its client: ReadyForQuery and CopyInResponse (manual, "Message Formats").
private struct ServerTurns {
    private var header: [UInt8] = []
    /// Of the body of the message at hand.
    private var left = 0

    mutating func count(in bytes: ArraySlice<UInt8>) -> Int {
        var bytes = bytes
        var found = 0
        while !bytes.isEmpty {
            let skipped = min(left, bytes.count)
            left -= skipped
            bytes = bytes.dropFirst(skipped)
            guard left == 0, let byte = bytes.popFirst() else { continue }
            header.append(byte)
            guard header.count == 5 else { continue }
            if header[0] == UInt8(ascii: "Z") || header[0] == UInt8(ascii: "G") { found += 1 }
            left = header[1...].reduce(0) { $0 << 8 | Int($1) } - 4
            header = []
        }
        return found
    }
}
