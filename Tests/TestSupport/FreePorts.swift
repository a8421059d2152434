import Foundation
import Threads

/// Ports of this machine that nobody uses at the moment.
package enum FreePorts {
    /// Below those that the kernel gives to connections and to servers that ask for any: between this call and the server's own
    /// bind it would give them away.
    private static let range = 15_000..<32_000
    private static let taken = Locked<Set<Int>>([])

    /// Each is given once in a process.
    package static func take(_ count: Int) throws -> [Int] {
        try taken.withLock { taken in
            try (0..<count).map { _ in
                for _ in range {
                    let port = Int.random(in: range)
                    if taken.insert(port).inserted, isFree(port) { return port }
                }
                throw ServerUnavailable(reason: "no port of \(range) is free")
            }
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// Servers that a script of Tests/Servers starts, once for all tests of a process; they end with it, even after a crash.
enum ServerScript {
    /// - Returns: the ports it was given.
    static func start(_ name: String, ports count: Int) async throws -> [Int] {
        let ports = try FreePorts.take(count)
        // On a disk: file systems in memory have no extended attributes.
        let folder = "/var/tmp/catalog-\(name)-\(getpid())"
        let words = [Project.file("Tests/Servers/\(name).sh"), folder, "\(getpid())"] + ports.map(String.init)
        let outcome = try await Subprocess.run("/usr/bin/env", ["bash"] + words)
        guard outcome.status == 0 else {
            throw ServerUnavailable(
                reason: "\(name) did not start; scripts/setup.sh Tests/requirements.txt installs it: \(outcome.error)")
        }
        return ports
    }
}
