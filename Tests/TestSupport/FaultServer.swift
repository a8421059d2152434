/// A real HTTP server that misbehaves as its path says: `Tests/Servers/fault_server.py`.
package struct FaultServer: Sendable {
    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT`.
    package let url: String
    package let port: Int

    /// Runs `body` beside a server of its own.
    /// - Parameter certificate: for TLS.
    package static func with<Result>(
        certificate: TestCertificate? = nil, _ body: (FaultServer) async throws -> Result
    ) async throws -> Result {
        guard let certificate else { return try await start([], "http://127.0.0.1", body) }
        return try await start([certificate.certificate, certificate.key], "https://localhost", body)
    }

    /// Runs `body` beside a server that ends every connection after its first byte: within the handshake of TLS.
    /// - Parameter how: `end` or `reset`.
    package static func withoutHandshake<Result>(
        _ how: String, _ body: (FaultServer) async throws -> Result
    ) async throws -> Result {
        try await start([how], "https://localhost", body)
    }

    private static func start<Result>(
        _ options: [String], _ origin: String, _ body: (FaultServer) async throws -> Result
    ) async throws -> Result {
        let script = Project.file("Tests/Servers/fault_server.py")
        return try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0] + options
        } _: { process in
            try await body(FaultServer(url: "\(origin):\(process.port)", port: process.port))
        }
    }
}
