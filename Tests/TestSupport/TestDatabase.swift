import Foundation
import Migrations
package import Postgres

/// Runs `body` with a database of its own, which is dropped afterwards.
/// - Parameters:
///   - migrated: whether it has the product's schema.
///   - body: gets the conninfo.
@discardableResult
package func withDatabase<Result>(
    migrated: Bool = false, _ body: (String) async throws -> Result
) async throws -> Result {
    let template = migrated ? try await MigratedTemplate.name() : "template1"
    return try await TestCluster.server().withDatabase(template: template, body)
}

/// Runs `body` with a connection to a database of its own.
@discardableResult
package func withConnection<Result>(
    migrated: Bool = false, _ body: (Connection) async throws -> Result
) async throws -> Result {
    try await withDatabase(migrated: migrated) { conninfo in
        try await Connection.open(conninfo).closing(after: body)
    }
}

/// The product's schema is made once; databases are copies.
private enum MigratedTemplate {
    private static let made = Task<String, any Error> {
        let server = try await TestCluster.server()
        try await server.administer("create database catalog_template")
        let conninfo = server.conninfo(database: "catalog_template")
        if let migrator = ProcessInfo.processInfo.environment["TEST_MIGRATOR"] {
            // Another version's binary: scripts/test-previous.sh.
            let outcome = try await Subprocess.run(
                migrator, ["migrate", "up"], environment: ["CATALOG_DATABASE_URL": conninfo])
            guard outcome.status == 0 else { throw ServerUnavailable(reason: outcome.error) }
        } else {
            try await Migrator(conninfo: conninfo, files: .bundled()).up()
        }
        return "catalog_template"
    }

    static func name() async throws -> String { try await made.value }
}
