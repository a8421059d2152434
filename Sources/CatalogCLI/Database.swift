import Foundation
import Postgres

/// How to reach the configured or the embedded database.
struct Database: Sendable {
    let settings: Settings
    let cloud: Cloud

    var embedded: EmbeddedPostgres { EmbeddedPostgres(base: settings.base.path) }

    /// For each new connection: passwords and tokens change.
    func conninfo() async throws -> String {
        switch settings.database {
        case .embedded: try await embedded.start()
        case .url(let url): url
        case .secret, .iam: throw CommandFailure("not yet")
        }
    }

    func open() async throws -> Connection {
        let conninfo = try await conninfo()
        do {
            return try await Connection.open(conninfo)
        } catch let error as PostgresError where !settings.isEmbedded {
            throw CommandFailure(
                "cannot connect to the database of CATALOG_DATABASE_URL (value withheld): \(error); "
                    + "check host, port, user, password and network")
        }
    }
}
