import Foundation

/// Ports of this machine that nobody uses at the moment.
package enum FreePorts {
    /// All are held until the last is found, so that they differ.
    package static func take(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { sockets.forEach { close($0) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(descriptor)
            guard let port = bound(descriptor) else {
                throw ServerUnavailable(reason: "no free port: \(String(cString: strerror(errno)))")
            }
            return port
        }
    }

    private static func bound(_ descriptor: Int32) -> Int? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
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
