import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

/// `catalog migrate verify` and what `catalog migrate up` repairs, on the product's own schema.
@Suite(.timeLimit(.minutes(5))) struct SchemaFingerprintTests {
    @Test("sql/migrations/fingerprint.tsv is what the migrations make; if not: catalog migrate verify --print")
    func file() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let migrator = Migrator(conninfo: conninfo, files: try .bundled())
            #expect(try await migrator.differences()?.map(\.description) == [])
        }
    }

    @Test("It is the same on every version of PostgreSQL", arguments: OtherPostgres.versions)
    func versions(version: Int) async throws {
        try await OtherPostgres.withDatabase(version: version) { conninfo in
            let migrator = Migrator(conninfo: conninfo, files: try .bundled())
            try await migrator.up()
            #expect(try await migrator.differences()?.map(\.description) == [])
        }
    }

    @Test(
        "What a hand has changed is named",
        arguments: [
            ("drop table catalog.product_versions cascade", "table catalog.product_versions is missing"),
            (
                "alter table catalog.products add column colour text",
                "column catalog.products.colour is not of the migrations (text)"
            ),
            (
                "alter table catalog.products drop column brand",
                "column catalog.products.brand is missing (character varying(100))"
            ),
            (
                "alter table catalog.products alter column brand type text",
                "column catalog.products.brand is 'text' instead of 'character varying(100)'"
            ),
            (
                "alter table catalog.products drop constraint products_price_in_range",
                "constraint catalog.products.products_price_in_range is missing"
            ),
            (
                "drop index catalog.upload_history_upload_timestamp_idx",
                "index catalog.upload_history.upload_history_upload_timestamp_idx is missing"
            ),
            (
                "update pg_index set indisvalid = false where indexrelid = 'catalog.upload_history_upload_timestamp_idx'::regclass",
                "INVALID' instead of"
            ),
            (
                "alter table catalog.products disable trigger products_begin_image",
                "trigger catalog.products.products_begin_image is"
            ),
            (
                "create function catalog.extra() returns int language sql as 'select 1'",
                "function catalog.extra() is not of the migrations"
            ),
            (
                "create or replace function catalog.begin_product_image() returns trigger language plpgsql as 'begin return null; end'",
                "function catalog.begin_product_image() is"
            ),
        ])
    func named(change: String, text: String) async throws {
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { try $0.executeScript(change) }
            await connection.close()
            let migrator = Migrator(conninfo: conninfo, files: try .bundled())
            let told = try await migrator.differences()?.map(\.description) ?? []
            #expect(told.contains { $0.contains(text) }, "\(told)")
            // Of a whole table that is gone its parts are not told.
            #expect(told.count <= 3, "\(told)")
            // What holds data is nobody's to repair.
            try await migrator.up()
            #expect(try await migrator.differences()?.map(\.description) == told)
        }
    }

    @Test("A partition that does not belong to its table's owner is named, and given back by the next up")
    func partitionOwner() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            let partition = try await connection.run { session in
                try session.execute("set role catalog_owner")
                try session.execute("select catalog.ensure_error_partitions()")
                try session.execute("reset role")
                let name: String = try session.query(
                    """
                    select inhrelid::regclass::text as name from pg_inherits
                    where inhparent = 'catalog.validation_errors'::regclass order by 1 limit 1
                    """)[0].get("name")
                try session.execute("alter table \(raw: name) owner to postgres")
                return name
            }
            await connection.close()
            let migrator = Migrator(conninfo: conninfo, files: try .bundled())
            let told = try await migrator.differences()?.map(\.description) ?? []
            #expect(told.count == 1, "\(told)")
            #expect(
                told.first?.contains(partition) == true && told.first?.contains("'postgres' instead of") == true,
                "\(told)")
            try await migrator.up()
            #expect(try await migrator.differences()?.map(\.description) == [])
        }
    }

    @Test("Owners, grants, policies and row security are given back by the next up, of partitions, too")
    func repaired() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { session in
                try session.execute("set role catalog_owner")
                try session.execute("select catalog.ensure_error_partitions()")
                try session.execute("reset role")
                for statement: Statement in [
                    "alter table catalog.products owner to postgres", "alter schema audit owner to postgres",
                    "alter table catalog.validation_errors owner to postgres",
                    "alter function catalog.current_vendor_id() owner to postgres",
                    "revoke select on catalog.products from catalog_vendor",
                    "grant delete on catalog.products to catalog_auditor",
                    "grant execute on function catalog.error_counts(text) to public",
                    "alter table catalog.products disable row level security",
                    "drop policy product_versions_audit on catalog.product_versions",
                    "grant select on catalog.products to needs_password",
                ] { try session.execute(statement) }
                try session.executeScript(
                    """
                    do $$ declare p regclass; begin
                        select inhrelid into p from pg_inherits where inhparent = 'catalog.validation_errors'::regclass limit 1;
                        execute format('alter table %s owner to postgres', p);
                    end $$
                    """)
            }
            let migrator = Migrator(conninfo: conninfo, files: try .bundled())
            let differences = try #require(try await migrator.differences())
            #expect(differences.count >= 8, "\(differences)")
            try await migrator.up()
            #expect(try await migrator.differences()?.map(\.description) == [])
            let owners = try await connection.run { session in
                try session.query(
                    """
                    select distinct pg_get_userbyid(c.relowner)::text as owner
                    from pg_inherits i join pg_class c on c.oid = i.inhrelid
                    where i.inhparent = 'catalog.validation_errors'::regclass
                    """
                ).map { try $0.get("owner", as: String.self) }
            }
            #expect(owners == ["catalog_owner"])
            // What an operator gives to roles of his own is his.
            let mine = try await connection.run { session in
                try session.query("select has_table_privilege('needs_password', 'catalog.products', 'select') as mine")[
                    0
                ]
                .get("mine", as: Bool.self)
            }
            #expect(mine)
            await connection.close()
        }
    }

    @Test("A dump restored without its roles, policies and grants fails the comparison, and up makes it whole")
    func restoredDump() async throws {
        try await withDatabase(migrated: true) { source in
            try await withDatabase { target in
                // As pg_restore leaves it where the roles are missing: each statement that names one has failed.
                let restore = """
                    pg_dump -d "$0" | grep -vE '^(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES|CREATE POLICY|ALTER .* OWNER TO)' | psql -qX -d "$1"
                    """
                let outcome = try await Subprocess.run("/bin/bash", ["-c", restore, source, target])
                #expect(outcome.status == 0, "\(outcome.error)")
                let migrator = Migrator(conninfo: target, files: try .bundled())
                #expect(try await migrator.verify().isEmpty)
                let told = try await migrator.differences()?.map(\.description) ?? []
                #expect(
                    told.contains { $0.hasPrefix("owner of table catalog.products is 'postgres' instead of") },
                    "\(told.count)")
                #expect(told.contains { $0.hasPrefix("policy ") && $0.contains(" is missing") })
                #expect(told.contains { $0.hasPrefix("grants on table ") && $0.contains(" is missing") })
                try await migrator.up()
                #expect(try await migrator.differences()?.map(\.description) == [])
            }
        }
    }
}
