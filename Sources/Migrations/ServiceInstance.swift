package import Postgres

/// A running process of the service, as it registers in `migrations.instances` while it works.
///
/// A migration that does not work with it is refused until it has ended: ``Migrator/up(to:dryRun:)``.
package struct ServiceInstance: Sendable, Equatable {
    /// How often a process says that it is at work.
    package static let beat = Duration.seconds(5)
    /// For how long after its last beat a process counts as being at work.
    static let lifetime = Duration.seconds(20)

    /// Of this process's life, for nobody else.
    package let id: String
    package let host: String
    package let process: Int
    /// Such as `api,worker`.
    package let roles: String
    /// The version of the binary.
    package let binary: String
    /// The binary's newest migration.
    package let schemaVersion: Int

    package init(id: String, host: String, process: Int, roles: String, binary: String, schemaVersion: Int) {
        self.id = id
        self.host = host
        self.process = process
        self.roles = roles
        self.binary = binary
        self.schemaVersion = schemaVersion
    }

    /// Says that the process is at work. Does nothing where no migrator that knows of instances has been yet.
    package func register(_ session: Session) throws {
        guard try session.query(InstanceQueries.tableExists)[0].get("exists") else { return }
        try session.execute(InstanceQueries.register(self))
    }

    /// Says that it has ended.
    package func unregister(_ session: Session) throws {
        guard try session.query(InstanceQueries.tableExists)[0].get("exists") else { return }
        try session.execute(InstanceQueries.unregister(id))
    }

    /// Those at work that are older than a version of the schema.
    static func olderThan(_ version: Int, _ session: Session) throws -> [ServiceInstance] {
        guard try session.query(InstanceQueries.tableExists)[0].get("exists") else { return [] }
        return try session.query(InstanceQueries.olderThan(version)).map(ServiceInstance.init)
    }

    /// Those at work.
    package static func all(_ session: Session) throws -> [ServiceInstance] { try olderThan(.max, session) }

    private init(_ row: Row) throws {
        id = try row.get("instance_id")
        host = try row.get("host")
        process = try row.get("process")
        roles = try row.get("roles")
        binary = try row.get("version")
        schemaVersion = try row.get("schema_version")
    }
}

/// Statements on `migrations.instances`.
enum InstanceQueries {
    static let tableExists: Statement = "select to_regclass('migrations.instances') is not null as exists"

    static func register(_ instance: ServiceInstance) -> Statement {
        """
        insert into migrations.instances (instance_id, host, process, roles, version, schema_version)
        values (\(instance.id)::text, \(instance.host)::text, \(instance.process)::integer, \(instance.roles)::text,
            \(instance.binary)::text, \(instance.schemaVersion)::integer)
        on conflict (instance_id) do update set seen_at = clock_timestamp()
        """
    }

    /// With those that ended without a word a day ago.
    static func unregister(_ id: String) -> Statement {
        "delete from migrations.instances where instance_id = \(id)::text or seen_at < clock_timestamp() - interval '1 day'"
    }

    static func olderThan(_ version: Int) -> Statement {
        let seconds = Int(ServiceInstance.lifetime.components.seconds)
        return """
            select instance_id, host, process, roles, version, schema_version
            from migrations.instances
            where schema_version < \(version)::bigint
                and seen_at > clock_timestamp() - \(seconds)::integer * interval '1 second'
            order by started_at
            """
    }
}
