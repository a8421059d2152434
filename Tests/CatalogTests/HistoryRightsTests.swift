import Postgres
import TestSupport
import Testing

@testable import Catalog

/// Nobody rewrites the history: not the service, not whoever migrates, and the hand of a superuser only with intent.
@Suite(.timeLimit(.minutes(5))) struct HistoryRightsTests {
    private static let tables = [
        "catalog.product_versions", "catalog.changes", "catalog.ticks", "catalog.version_formats",
        "catalog.created_products",
        "catalog.row_versions", "catalog.actions",
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
        ]
    }

    private static let updates: [Statement] = [
        "update catalog.product_versions set price = 1", "update catalog.changes set actor = 'x'",
        "update catalog.changes set database_user = 'x'", "update catalog.ticks set at = now()",
        "update catalog.version_formats set columns = ''", "update catalog.row_versions set after = null",
        "update catalog.actions set actor = 'x'",
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
            for statement in Self.tables.flatMap(Self.attempts) + Self.updates {
                let error = await #expect(throws: PostgresError.self, "\(role): \(statement)") {
                    try await connection.transaction { session in
                        try session.executeScript("set session authorization \(role); \(statement.sql)")
                        throw CancellationError()
                    }
                }
                // No right, or nothing of that name.
                #expect(["42501", "42703"].contains(error?.sqlState), "\(role): \(statement): \(error?.message ?? "")")
            }
        }
    }

    private static func column(_ table: String) -> String {
        switch table {
        case "catalog.product_versions": "ended_by"
        case "catalog.version_formats": "columns"
        case "catalog.created_products": "change_id"
        case "catalog.row_versions", "catalog.actions": "actor"
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
                    "add_version_column: catalog_owner", "begin_change: ", "begin_creation: ", "begin_product_image: ",
                    "change_hash: ",
                    "changes_of_upload: catalog_auditor catalog_owner catalog_vendor",
                    "current_actor: catalog_owner", "current_change: catalog_owner",
                    "cut: catalog_auditor catalog_owner catalog_vendor",
                    "early_hash: ", "end_creation: ",
                    "head: catalog_auditor catalog_owner", "history_problems: catalog_auditor catalog_owner",
                    "image_operation: ", "is_own_upload: ", "keep_deleted_product_images: ",
                    "keep_row_versions: ", "keep_updated_product_images: ", "note_created_product: ",
                    "record_action: catalog_owner", "refuse_forged_change: ",
                    "refuse_history_change: ", "row_hashes: ", "rows_hash: ", "tick: catalog_owner", "tick_hash: ",
                    "verify_history: catalog_auditor catalog_owner", "version_format: ",
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
