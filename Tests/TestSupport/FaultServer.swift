/// A real HTTP server that misbehaves as its path says: `Tests/Servers/fault_server.py`.
public struct FaultServer: Sendable {
    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT`.
    public let url: String
    public let port: Int

    /// Runs `body` beside a server of its own.
    /// - Parameter certificate: for TLS.
    public static func with<Result>(
        certificate: TestCertificate? = nil, _ body: (FaultServer) async throws -> Result
    ) async throws -> Result {
        let script = Project.file("Tests/Servers/fault_server.py")
        let files = certificate.map { [$0.certificate, $0.key] } ?? []
        return try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0] + files
        } _: { process in
            let origin = certificate == nil ? "http://127.0.0.1" : "https://localhost"
            return try await body(FaultServer(url: "\(origin):\(process.port)", port: process.port))
        }
    }
}
