import Postgres
import TestSupport
import Testing

@testable import Catalog

/// Nobody rewrites the history: not the service, not whoever migrates, and the hand of a superuser only with intent.
@Suite(.timeLimit(.minutes(5))) struct HistoryRightsTests {
    private static let tables = [
        "catalog.product_versions", "catalog.changes", "catalog.ticks", "catalog.version_formats",
        "catalog.created_products", "catalog.row_versions", "catalog.actions", "catalog.upload_events", "catalog.seals",
        "catalog.sealed_tables", "catalog.history_releases", "catalog.product_seals", "catalog.upload_seals",
        // Partitions, by their names.
        "catalog.actions_rest", "catalog.upload_events_rest",
    ]
    private static let roles = ["catalog_owner", "catalog_app", "catalog_vendor", "catalog_auditor"]

    private static func attempts(_ table: String) -> [Statement] {
        [
            "insert into \(raw: table) default values", "delete from \(raw: table)", "truncate \(raw: table)",
            "drop table \(raw: table)", "alter table \(raw: table) add column extra text",
            "alter table \(raw: table) disable trigger all", "alter table \(raw: table) disable row level security",
            "create policy anybody on \(raw: table) using (true)", "alter table \(raw: table) owner to catalog_owner",
            "create rule never as on insert to \(raw: table) do instead nothing",
            "lock table \(raw: table) in access exclusive mode",
            "create index on \(raw: table) ((1))", "alter table \(raw: table) rename to other",
            "create trigger nothing before insert on \(raw: table) for each row execute function catalog.refuse_change()",
            "alter table catalog.actions detach partition \(raw: table)",
            "alter table catalog.upload_events attach partition \(raw: table) for values from ('2020-01-01') to ('2020-02-01')",
            "set local session_replication_role = replica; delete from \(raw: table)",
        ]
    }

    private static let updates: [Statement] = [
        "update catalog.product_versions set price = 1", "update catalog.changes set actor = 'x'",
        "update catalog.changes set database_user = 'x'", "update catalog.ticks set at = now()",
        "update catalog.version_formats set columns = ''", "update catalog.row_versions set after = null",
        "update catalog.actions set actor = 'x'", "update catalog.upload_events set detail = '{}'",
        "update catalog.seals set rows = 0", "update catalog.sealed_tables set since = now()",
        "update catalog.history_releases set rows = 0", "update catalog.product_seals set marks = null",
        "update catalog.upload_seals set errors = 0",
        "create trigger nothing before insert on catalog.product_versions for each row execute function catalog.refuse_change()",
        "alter function catalog.begin_change() owner to catalog_owner",
        "drop function catalog.keep_deleted_product_images() cascade",
        "create or replace function catalog.current_change() returns bigint language sql as 'select 1'",
        "set local role catalog_history", "drop schema catalog cascade", "alter schema catalog owner to catalog_owner",
        "select catalog.rows_hash(1)", "drop table catalog.products cascade; truncate catalog.ticks",
    ]

    @Test("Every role × history table × verb is refused", arguments: roles)
    func refused(role: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.execute("update catalog.products set price = 11")
                try session.tick()
            }
            // The service writes the timeline, and can do nothing else with it.
            let allowed =
                role.hasSuffix("owner") || role.hasSuffix("app")
                ? ["insert into catalog.upload_events default values"] : []
            for statement in Self.tables.flatMap(Self.attempts) + Self.updates where !allowed.contains(statement.sql) {
                let error = await #expect(throws: PostgresError.self, "\(role): \(statement)") {
                    try await connection.transaction { session in
                        try session.executeScript("set session authorization \(role); \(statement.sql)")
                        throw CancellationError()
                    }
                }
                // No right, nothing of that name, or no partition.
                #expect(
                    ["42501", "42703", "42P01", "42809"].contains(error?.sqlState),
                    "\(role): \(statement): \(error?.message ?? "")")
            }
        }
    }

    private static func column(_ table: String) -> String {
        switch table {
        case "catalog.product_versions": "ended_by"
        case "catalog.version_formats": "columns"
        case "catalog.created_products": "change_id"
        case "catalog.row_versions", "catalog.actions", "catalog.history_releases": "actor"
        case let events where events.hasPrefix("catalog.upload_events"): "event"
        case "catalog.actions_rest": "actor"
        case "catalog.sealed_tables": "columns"
        case "catalog.upload_seals": "errors"
        default: "tick_id"
        }
    }

    @Test("The hand of a superuser is refused, too", arguments: tables)
    func superuser(table: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.execute("update catalog.products set price = 11")
                try session.tick()
                try session.recordAction("vendor add", object: "V1", isChange: true)
                try session.beginUpload(Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f"))
                try session.addEvent("U1", .started(mode: .create, policy: .loadValid))
                try session.tick()
                try session.execute(
                    """
                    insert into catalog.history_releases
                        (table_name, operation, partition_name, from_at, until_at, rows, actor, database_user)
                    values ('actions', 'release', 'x', '2020-01-01', '2020-02-01', 0, 'x', 'x')
                    """)
                try session.execute("select catalog.seal_products()")
                try session.execute(
                    """
                    insert into catalog.upload_seals
                        (upload_id, attempt, completed_at, status, event_id, facts_hash, errors, errors_hash)
                    values ('U1', 1, now(), 'completed', 1, '', 0, '')
                    """)
            }
            for statement: Statement in [
                "delete from \(raw: table)", "truncate \(raw: table) cascade",
                "update \(raw: table) set \(raw: Self.column(table)) = 0",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(statement)") {
                    try await connection.run { _ = try $0.execute(statement) }
                }
                #expect(error?.sqlState == "23001", "\(statement)")
            }
        }
    }

    /// What the owner of other tables and functions may do to them, and the change that would have run it as the history's owner.
    private static let traps: [(trap: String, bait: String)] = [
        (
            "create or replace function catalog.product_columns(prefix text default '', without text[] default '{}') returns text language sql as 'select catalog.spy()'",
            "select catalog.add_version_column('price')"
        ),
        (
            "create domain catalog.trap as text check (catalog.spy() is not null); alter table catalog.products add column trap catalog.trap",
            "update catalog.products set price = 12"
        ),
        (
            "create domain catalog.trap as text check (catalog.spy() is not null); alter table catalog.products add column trap catalog.trap",
            "select catalog.add_version_column('trap')"
        ),
        (
            "drop policy upload_history_history on catalog.upload_history; create policy trap on catalog.upload_history for select to catalog_history using (catalog.spy() is not null)",
            "set local catalog.upload_id = 'U1'; update catalog.products set price = 12"
        ),
        (
            "alter table catalog.upload_history rename to hidden; create view catalog.upload_history as select *, catalog.spy() as spy from catalog.hidden; grant select on catalog.upload_history to catalog_history",
            "set local catalog.upload_id = 'U1'; update catalog.products set price = 12"
        ),
        (
            "drop policy products_history on catalog.products; create policy trap on catalog.products for select to catalog_history using (catalog.spy() is not null)",
            "insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity) values ('V1', 'P9', 'N', 'Audio', 'S9', 1, 1)"
        ),
    ]

    @Test("No function, type, policy or view of the service's own runs as the owner of the history", arguments: traps)
    func escalation(trap: String, bait: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.beginUpload(Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f"))
            }
            try await connection.run { session in
                try session.executeScript(
                    """
                    create table public.spied (name text);
                    grant insert, select on public.spied to public;
                    set role catalog_owner;
                    create function catalog.spy() returns text language plpgsql volatile as $$
                        begin
                            if current_user = 'catalog_history' then raise exception 'runs as the history' using errcode = 'P0666'; end if;
                            return current_user;
                        end $$;
                    grant execute on function catalog.spy() to public;
                    \(trap);
                    reset role
                    """)
            }
            do {
                try await connection.run { session in
                    try session.executeScript(
                        "begin; set local session authorization catalog_app; set local catalog.actor = 'os:x'; \(bait); rollback"
                    )
                }
            } catch let error as PostgresError {
                #expect(error.sqlState != "P0666")
            }
        }
    }

    @Test("The role that owns the history is nobody's, and what it owns may be called by these alone")
    func owner() async throws {
        try await withConnection(migrated: true) { connection in
            let (members, functions) = try await connection.run { session in
                (
                    try session.query(Self.members).map { $0[0] },
                    try session.query(Self.callers).map { "\($0[0] ?? ""): \($0[1] ?? "")" }
                )
            }
            #expect(members == [])
            #expect(
                functions == [
                    "add_version_column: catalog_owner",
                    "attach_history_partition: ",
                    "begin_change: ",
                    "begin_creation: ",
                    "begin_product_image: ",
                    "change_hash: ",
                    "changes_of_upload: catalog_auditor catalog_owner catalog_vendor",
                    "current_actor: catalog_owner",
                    "current_change: catalog_owner",
                    "cut: catalog_auditor catalog_owner catalog_vendor",
                    "cut_history: catalog_owner",
                    "describe_action: catalog_owner",
                    "detach_history: catalog_owner",
                    "drop_history: catalog_owner",
                    "drop_rest_checks: ",
                    "early_hash: ",
                    "end_creation: ",
                    "extend_history: catalog_owner",
                    "head: catalog_auditor catalog_owner",
                    "history_partition: ",
                    "history_problems: catalog_auditor catalog_owner",
                    "image_columns: ",
                    "image_operation: ",
                    "is_own_upload: ",
                    "keep_deleted_product_images: ",
                    "keep_row_versions: ",
                    "keep_updated_product_images: ",
                    "make_history_partition: ",
                    "newest_in_history: catalog_owner",
                    "note_created_product: ",
                    "open_history: catalog_owner",
                    "partition_bounds: ",
                    "partition_problems: ",
                    "prepare_history: catalog_owner",
                    "product_images: ",
                    "product_problems: ",
                    "record_action: catalog_owner",
                    "refuse_forged_change: ",
                    "refuse_history_change: ",
                    "released_ranges: ",
                    "released_until: catalog_auditor catalog_owner catalog_vendor",
                    "require_plain: ",
                    "require_plain_types: ",
                    "restore_history: catalog_owner",
                    "row_hashes: ",
                    "rows_hash: ",
                    "seal_actions: ",
                    "seal_early_rows: ",
                    "seal_hash: ",
                    "seal_history_releases: ",
                    "seal_problems: ",
                    "seal_product_seals: ",
                    "seal_products: catalog_owner",
                    "seal_row_versions: ",
                    "seal_upload_events: ",
                    "seal_upload_seals: ",
                    "seal_uploads: catalog_owner",
                    "tick: catalog_owner",
                    "tick_hash: ",
                    "trigger_problems: ",
                    "upload_errors_hash: ",
                    "upload_facts: ",
                    "upload_problems: ",
                    "verify_history: catalog_auditor catalog_owner",
                    "version_format: ",
                    "version_problems: ",
                    "version_spans: catalog_owner",
                ])
        }
    }

    private static let members: Statement = """
        select m.rolname from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid
        where r.rolname = 'catalog_history'
        """
    private static let callers: Statement = """
        select p.proname, (
            select string_agg(r.rolname, ' ' order by r.rolname) from pg_roles r
            where r.rolname in ('catalog_owner', 'catalog_vendor', 'catalog_auditor') and has_function_privilege(r.oid, p.oid, 'execute'))
        from pg_proc p
        where p.proowner = 'catalog_history'::regrole and p.pronamespace::regnamespace::text in ('catalog', 'audit')
        order by p.proname
        """
}
