import Foundation

/// A real HTTP server that is told of ends, in a process of its own: `Tests/Servers/callback_server.py`.
package struct CallbackServer: Sendable {
    package let port: Int
    /// `http://127.0.0.1:PORT`.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// A message that it got.
    package struct Message: Decodable, Sendable {
        package var id: String
        /// Signed with the key, and now.
        package var isGenuine: Bool
        package var path: String
        package var body: String
    }

    /// Runs `body` beside a server of its own.
    /// - Parameter options: how it misbehaves, as the script says.
    package static func with<Result>(
        key: String, _ options: String..., body: (CallbackServer) async throws -> Result
    ) async throws -> Result {
        let script = Project.file("Tests/Servers/callback_server.py")
        return try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0, key] + options
        } _: { process in
            try await body(CallbackServer(port: process.port))
        }
    }

    /// What it got, in its order.
    package func log() async throws -> [Message] {
        let outcome = try await Subprocess.run("/usr/bin/env", ["curl", "-sf", "--max-time", "30", "\(url)/log"])
        return try JSONDecoder().decode([Message].self, from: Data(outcome.output.utf8))
    }
}
