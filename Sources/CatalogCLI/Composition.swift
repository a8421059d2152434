import Foundation
import Ingest
import Migrations
import Postgres

/// The only place that builds everything, for commands and for tests.
struct Composition: Sendable {
    let settings: Settings
    let store: FileObjectStore

    init(settings: Settings? = nil) throws {
        self.settings = try settings ?? Settings()
        store = FileObjectStore(root: self.settings.objects)
    }

    /// The configured database, or the embedded one, started.
    func conninfo() async throws -> String {
        if let url = settings.databaseURL { return url }
        return try await embeddedPostgres.start()
    }

    var embeddedPostgres: EmbeddedPostgres { EmbeddedPostgres(base: settings.base.path) }

    /// A connection to a database whose schema is the one of this binary. The embedded database is migrated by itself;
    /// a configured one is its operator's business and refused if it is behind or ahead.
    func connect() async throws -> Connection {
        let conninfo = try await conninfo()
        let connection = try await open(conninfo)
        let files = try MigrationSet.bundled()
        do {
            try await connection.run { try Migrator.requireCurrent($0, files: files) }
        } catch let mismatch as SchemaMismatch {
            guard settings.databaseURL == nil, case .behind = mismatch else {
                await connection.close()
                throw mismatch
            }
            try await migrator(conninfo).up()
        }
        return connection
    }

    private func open(_ conninfo: String) async throws -> Connection {
        do {
            return try await Connection.open(conninfo)
        } catch let error as PostgresError where settings.databaseURL != nil {
            throw CommandFailure(
                "cannot connect to the database of CATALOG_DATABASE_URL (value withheld): \(error); "
                    + "check host, port, user, password and network")
        }
    }

    func migrator(
        _ conninfo: String, report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) throws -> Migrator {
        Migrator(conninfo: conninfo, files: try MigrationSet.bundled(), report: report)
    }

    func pipeline(_ connection: Connection) -> OnboardingPipeline {
        OnboardingPipeline(connection: connection, store: store, limits: settings.limits)
    }

    func outbox(_ connection: Connection) -> OutboxDelivery {
        OutboxDelivery(connection: connection, store: store, notifier: FileNotifier(root: settings.mail))
    }

    /// Runs one piece of work on a connection of its own.
    func withConnection<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect()
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
