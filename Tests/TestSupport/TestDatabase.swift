import Foundation
import Migrations
import Postgres

/// Runs `body` with a database of its own, which is dropped afterwards.
/// - Parameters:
///   - migrated: whether it has the product's schema.
///   - body: gets the conninfo.
@discardableResult
public func withDatabase<Result>(
    migrated: Bool = false, _ body: (String) async throws -> Result
) async throws -> Result {
    let template = migrated ? try await MigratedTemplate.name() : "template1"
    return try await TestCluster.server().withDatabase(template: template, body)
}

/// Runs `body` with a connection to a database of its own.
@discardableResult
public func withConnection<Result>(
    migrated: Bool = false, _ body: (Connection) async throws -> Result
) async throws -> Result {
    try await withDatabase(migrated: migrated) { conninfo in
        let connection = try await Connection.open(conninfo)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(connection))
        } catch {
            outcome = .failure(error)
        }
        await connection.close()
        return try outcome.get()
    }
}

/// The product's schema is made once; databases are copies.
private enum MigratedTemplate {
    private static let made = Task<String, any Error> {
        let server = try await TestCluster.server()
        try await server.administer("create database catalog_template")
        let conninfo = server.conninfo(database: "catalog_template")
        try await Migrator(conninfo: conninfo, files: .bundled()).up()
        return "catalog_template"
    }

    static func name() async throws -> String { try await made.value }
}
