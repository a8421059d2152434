import Foundation

/// A server of one test, which may be stopped where it is.
package struct FreezableServer: Sendable {
    private let server: TestServer

    /// Of its database.
    package var conninfo: String { server.conninfo(database: "postgres") }

    /// Runs `body` with a server of its own.
    package static func with<Result>(_ body: (FreezableServer) async throws -> Result) async throws -> Result {
        let folder = TestServer.folder("-frozen-\(UUID().uuidString.prefix(8))")
        let server = try await TestServer.start(programs: TestCluster.programs, folder: folder)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(FreezableServer(server: server)))
        } catch {
            outcome = .failure(error)
        }
        try? server.thaw()  // it may have ended
        server.discard()
        return try outcome.get()
    }

    /// Stops every process of it: connections stay, and the kernel goes on taking new ones.
    package func freeze() throws { try server.freeze() }

    /// Lets it go on.
    package func thaw() throws { try server.thaw() }
}
