import Foundation

/// A real HTTP server that behaves like ZoomInfo, in a process of its own: `Tests/Servers/zoominfo_server.py`.
package struct ZoomInfoServer: Sendable {
    /// `http://127.0.0.1:PORT`.
    package let url: String

    /// The login it knows: the secret of kind `zoominfo`.
    package static let passwordSecret = #"{"username": "ada", "password": "s3cret"}"#
    /// The secret of kind `zoominfo-gtm`.
    package static let clientSecret = #"{"clientId": "c1", "clientSecret": "s&3cret"}"#

    /// Settings of a provider that asks this server.
    /// - Parameter more: members, after a comma.
    package func settings(of kind: String, _ more: String = "") -> String {
        let login = kind == "zoominfo" ? "" : #", "tokenURL": "\#(url)/oauth/token""#
        return #"{"baseURL": "\#(url)"\#(login)\#(more)}"#
    }

    /// Runs `body` beside a server of its own.
    /// - Parameter options: how it misbehaves, as the script says.
    package static func with<Result>(
        _ options: String..., body: (ZoomInfoServer) async throws -> Result
    ) async throws -> Result {
        try await with(options, body: body)
    }

    package static func with<Result>(
        _ options: [String], body: (ZoomInfoServer) async throws -> Result
    ) async throws -> Result {
        let script = Project.file("Tests/Servers/zoominfo_server.py")
        return try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0] + options
        } _: { process in
            try await body(ZoomInfoServer(url: "http://127.0.0.1:\(process.port)"))
        }
    }

    /// What it counted.
    package func log() async throws -> [String: Int] {
        let outcome = try await Subprocess.run("/usr/bin/env", ["curl", "-sf", "--max-time", "30", "\(url)/log"])
        return try JSONDecoder().decode([String: Int].self, from: Data(outcome.output.utf8))
    }
}
