import Foundation
import Postgres

@testable import CatalogCLI

/// Runs `body` with an embedded PostgreSQL of its own, which is stopped and removed afterwards.
func withEmbedded(
    _ path: String = ".catalog", parentMode: mode_t = 0o755, _ body: (EmbeddedPostgres) async throws -> Void
) async throws {
    let root = "/tmp/catalog-test-" + UUID().uuidString.prefix(8)
    try makeDirectory(root, mode: 0o755)
    try makeDirectory(Path.parent(root + "/" + path), mode: 0o755)
    chmod(Path.parent(root + "/" + path), parentMode)
    let embedded = EmbeddedPostgres(base: root + "/" + path)
    let outcome: Result<Void, any Error>
    do {
        outcome = .success(try await body(embedded))
    } catch {
        outcome = .failure(error)
    }
    // Where nothing was made there is nothing to remove, because each path is this test's own.
    if let layout = try? ClusterLayout(base: embedded.base) {
        try await embedded.stop()
        for path in [layout.socketDirectory, layout.data] { try? FileManager.default.removeItem(atPath: path) }
    }
    try FileManager.default.removeItem(atPath: root)
    try outcome.get()
}

/// Starts it; "here" when it answers.
func answer(_ embedded: EmbeddedPostgres) async throws -> String {
    let conninfo = try await embedded.start()
    return try await ask("select 'here'", conninfo)
}

/// The first value that a statement answers; "" when it answers nothing.
func ask(_ sql: String, _ conninfo: String) async throws -> String {
    let connection = try await Connection.open(conninfo)
    let answer = try await connection.run { try $0.first("\(raw: sql)")?[0] ?? "" }
    await connection.close()
    return answer
}
