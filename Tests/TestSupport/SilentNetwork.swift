import Foundation

/// A network of its own between a server and whoever is started inside, which can fall silent: packets vanish, nobody is told.
package struct SilentNetwork: Sendable {
    /// Whether this machine lets us make one: root, and `ip`.
    package static let isPossible = getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/sbin/ip")

    /// Words to put before a command that is to run inside.
    package let prefix: [String]
    /// A database that is reached from inside by TCP: a bare URL with one host.
    package let url: String
    /// The same database, from here.
    package let conninfo: String
    private let inside: String

    /// Runs `body` with a network and a server of its own.
    package static func with<Result>(_ body: (SilentNetwork) async throws -> Result) async throws -> Result {
        let name = "ct\(UUID().uuidString.prefix(6).lowercased())"
        let subnet = "10.\(Int.random(in: 64...127)).\(Int.random(in: 1...254))"
        let outcome: Swift.Result<Result, any Error>
        do {
            for words in [
                ["netns", "add", name], ["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name],
                ["addr", "add", "\(subnet).1/24", "dev", name], ["link", "set", name, "up"],
                ["-n", name, "addr", "add", "\(subnet).2/24", "dev", "eth0"],
                ["-n", name, "link", "set", "eth0", "up"],
                ["-n", name, "link", "set", "lo", "up"],
            ] { try await ip(words) }
            let server = try await TestServer.start(
                programs: TestCluster.programs, folder: TestServer.folder("-\(name)"), address: "\(subnet).1")
            defer { server.discard() }
            outcome = .success(
                try await body(
                    SilentNetwork(
                        prefix: ["/usr/sbin/ip", "netns", "exec", name],
                        url: "postgres://postgres@\(subnet).1:5432/postgres",
                        conninfo: server.conninfo(database: "postgres"), inside: "\(subnet).2")))
        } catch {
            outcome = .failure(error)
        }
        // The pair of devices goes with the namespace.
        try? await ip(["netns", "del", name])
        return try outcome.get()
    }

    /// From now on the server's answers vanish.
    package func fallSilent() async throws { try await Self.ip(["route", "add", "blackhole", "\(inside)/32"]) }

    /// They arrive again.
    package func speak() async throws { try await Self.ip(["route", "del", "blackhole", "\(inside)/32"]) }

    private static func ip(_ words: [String]) async throws {
        let outcome = try await Subprocess.run("/usr/sbin/ip", words)
        guard outcome.status == 0 else { throw ServerFailure(words: ["ip"] + words, error: outcome.error) }
    }
}
