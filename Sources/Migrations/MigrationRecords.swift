import Postgres

/// The tool's own tables, in the schema `migrations`: made and brought up to date by the tool itself, before the first file.
enum MigrationRecords {
    /// - Parameter owner: the role that the tables belong to, so that any of its members may migrate; nil for whoever migrates first.
    /// - Throws: ``MigrationError/foreignRecords(owner:)`` when they belong to somebody else.
    static func prepare(_ session: Session, owner: String?) throws {
        let state = try session.query(MigrationRecordQueries.state)[0]
        if try !state.get("created") { try session.executeScript(MigrationRecordQueries.create) }
        do {
            if try !state.get("extended") { try session.executeScript(MigrationRecordQueries.extend) }
            try give(session, to: owner, from: try state.get("owner"))
        } catch let error as PostgresError where error.sqlState == "42501" {
            throw MigrationError.foreignRecords(owner: try state.get("owner"))
        }
    }

    static func exist(_ session: Session) throws -> Bool {
        try session.query(MigrationRecordQueries.state)[0].get("created")
    }

    private static func give(_ session: Session, to owner: String?, from present: String?) throws {
        guard let owner, owner != present else { return }
        for object in ["schema migrations"] + MigrationRecordQueries.tables.map({ "table migrations.\($0)" }) {
            try session.execute("alter \(raw: object) owner to \(identifier: owner)")
        }
    }
}

enum MigrationRecordQueries {
    static let tables = ["applied", "applied_statements", "repeatables", "instances"]

    static let state: Statement = """
        select to_regclass('migrations.applied') is not null as created, to_regclass('migrations.instances') is not null as extended,
            (select pg_get_userbyid(relowner) from pg_class where oid = to_regclass('migrations.applied')) as owner
        """

    // Everybody may read it: the service checks the version at its start, whatever role it has.
    static let create = """
        create schema migrations;
        comment on schema migrations is 'the bundled migration tool''s own records: catalog migrate status';
        grant usage on schema migrations to public;
        create table migrations.applied (
            version integer not null,
            name text not null,
            checksum text not null,
            applied_at timestamptz not null default clock_timestamp(),
            applied_by text not null default session_user,
            duration_ms integer not null,
            baseline boolean not null default false,
            constraint applied_pkey primary key (version)
        );
        comment on column migrations.applied.checksum is 'SHA-256 of the file when it was applied';
        comment on column migrations.applied.baseline is 'recorded without being run';
        grant select on migrations.applied to public;
        """

    static let extend = """
        alter table migrations.applied add column works_with integer, add column applied_with text;
        comment on column migrations.applied.works_with is 'the oldest binary, by its newest migration, that may go on; null: none older';
        comment on column migrations.applied.applied_with is 'the version of the binary that applied it';

        create table migrations.applied_statements (
            version integer not null,
            is_undo boolean not null,
            statement integer not null,
            checksum text not null,
            text text not null,
            backend_pid integer not null default pg_backend_pid(),
            started_at timestamptz not null default clock_timestamp(),
            finished_at timestamptz,
            constraint applied_statements_pkey primary key (version, is_undo, statement)
        );
        comment on table migrations.applied_statements is 'how far files that run outside a transaction have come';
        comment on column migrations.applied_statements.finished_at is 'null while it runs, or after it was cut off';

        create table migrations.repeatables (
            name text not null,
            checksum text not null,
            applied_at timestamptz not null default clock_timestamp(),
            applied_by text not null default session_user,
            duration_ms integer not null,
            applied_with text,
            constraint repeatables_pkey primary key (name)
        );
        comment on table migrations.repeatables is 'the files R_<name>.sql as they were when they last ran';

        create table migrations.instances (
            instance_id text not null,
            host text not null,
            process integer not null,
            roles text not null,
            version text not null,
            schema_version integer not null,
            started_at timestamptz not null default clock_timestamp(),
            seen_at timestamptz not null default clock_timestamp(),
            constraint instances_pkey primary key (instance_id)
        );
        comment on table migrations.instances is 'processes of the service: a migration that does not work with one at work is refused';
        comment on column migrations.instances.schema_version is 'the newest migration in the binary';
        grant select on migrations.applied_statements, migrations.repeatables, migrations.instances to public;
        """
}
