import ArgumentParser
import Foundation
import Logging
import Migrations
import Postgres
import ServiceLifecycle

/// Says every few seconds that this process is at work, so that no migration begins that would break it; and tells once of each newer
/// schema that works with it.
struct InstanceHeartbeat: Service {
    let pool: Pool
    let instance: ServiceInstance
    let files: MigrationSet
    let logger: Logger

    init(pool: Pool, roles: String, logger: Logger) throws {
        self.pool = pool
        self.logger = logger
        files = try MigrationSet.bundled()
        instance = ServiceInstance(
            id: UUID().uuidString.lowercased(), host: ProcessInfo.processInfo.hostName,
            process: Int(ProcessInfo.processInfo.processIdentifier), roles: roles,
            binary: CatalogCommand.release, schemaVersion: files.newestVersion)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told = SchemaStanding.current
            while !Task.isCancelled {
                do {
                    let standing = try await beat()
                    if standing != told { tell(standing) }
                    told = standing
                } catch  where !Task.isCancelled {
                    // Whoever cannot work without the database says so louder.
                    logger.info("service.heartbeat.failed", metadata: ["error": "\(error)"])
                } catch {}  // The stop that was asked for.
                // Only cancellation ends the sleep early, and the loop's condition sees it.
                try? await Task.sleep(for: ServiceInstance.beat)
            }
        }
        do {
            try await pool.run { try instance.unregister($0) }
        } catch {
            // It counts as gone a few beats later.
            logger.info("service.heartbeat.failed", metadata: ["error": "\(error)"])
        }
    }

    private func beat() async throws -> SchemaStanding {
        try await pool.run { [instance, files] session in
            try instance.register(session)
            return try Migrator.requireCurrent(session, files: files)
        }
    }

    private func tell(_ standing: SchemaStanding) {
        guard case .ahead(let database, let binary) = standing else { return }
        logger.warning(
            "schema.ahead", metadata: ["database": .stringConvertible(database), "binary": .stringConvertible(binary)])
    }
}
