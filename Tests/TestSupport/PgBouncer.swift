import Foundation
import Postgres

/// A real PgBouncer in front of the test cluster, in transaction mode.
package enum PgBouncer {
    /// Where Debian's package has it; `scripts/setup.sh` installs it.
    private static let program = "/usr/sbin/pgbouncer"

    /// Runs `body` with a way to the database that leads through the pooler.
    /// - Parameters:
    ///   - database: of the test cluster.
    ///   - connections: to the server, at most.
    ///   - body: gets the conninfo.
    package static func with<Result>(
        database conninfo: String, connections: Int = 4, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let parts = Dictionary(
            uniqueKeysWithValues: conninfo.split(separator: " ").map { $0.split(separator: "=", maxSplits: 1) }
                .map { (String($0[0]), String($0[1])) })
        let folder = "/tmp/catalog-pgbouncer-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }  // because nobody is left to be told
        let name = parts["dbname"] ?? "postgres"
        try settings(name, host: parts["host"] ?? "", folder: folder, connections)
            .write(toFile: "\(folder)/pgbouncer.ini", atomically: true, encoding: .utf8)
        var words = [program, "\(folder)/pgbouncer.ini"]
        if getuid() == 0 {
            _ = try await Subprocess.run("/bin/chown", ["-R", "postgres", folder])
            // Without a session of its own, so that the signal reaches the program itself.
            words = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + words
        }
        let process = try Subprocess.start(words[0], Array(words.dropFirst()))
        let outcome: Swift.Result<Result, any Error>
        do {
            let pooled = "host=\(folder) port=6432 user=postgres dbname=\(name)"
            // The socket is there a moment before anybody listens at it.
            try await eventually {
                guard let connection = try? await Connection.open(pooled) else { return false }
                await connection.close()
                return true
            }
            outcome = .success(try await body(pooled))
        } catch {
            outcome = .failure(error)
        }
        process.signal(SIGKILL)
        _ = try await process.wait()
        return try outcome.get()
    }

    private static func settings(_ name: String, host: String, folder: String, _ connections: Int) -> String {
        """
        [databases]
        \(name) = host=\(host) port=5432 user=postgres dbname=\(name)
        [pgbouncer]
        listen_addr =
        listen_port = 6432
        unix_socket_dir = \(folder)
        auth_type = any
        pool_mode = transaction
        default_pool_size = \(connections)
        ignore_startup_parameters = extra_float_digits
        """
    }
}
