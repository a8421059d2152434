import Postgres
import TestSupport
import Testing

@testable import Catalog

/// What the history says does not depend on where it is asked.
@Suite(.timeLimit(.minutes(2))) struct TimeZoneTests {
    private static let calls = [
        "product_history": "audit.product_history('V1', 'P1')",
        "products_as_of": "audit.products_as_of('2100-01-01 00:00Z')",
        "row_of_version": "audit.row_of_version(1)", "upload_diff": "audit.upload_diff('U-V1')",
        "upload_timeline": "audit.upload_timeline('U-V1')", "sku_holders": "audit.sku_holders('U-V1')",
        "changes_since": "audit.changes_since()", "changes_head": "audit.changes_head()", "head": "audit.head()",
        "verify_history": "audit.verify_history()", "history_problems": "audit.history_problems()",
        "cut": "audit.cut('2100-01-01 00:00Z', 1)", "utc": "audit.utc('2026-01-31 23:59:59Z')",
        "brief": "audit.brief('abc', 2)",
    ]

    /// Each relation's rows, moments as such, all else as the text that a client gets.
    private func answers(_ session: Session, _ zone: String) throws -> [String: [String]] {
        try session.execute("select set_config('timezone', \(zone)::text, false)")
        let views = try session.query(
            "select c.relname::text as name from pg_class c where c.relnamespace = 'audit'::regnamespace and c.relkind = 'v'"
        ).map { try $0.get("name", as: String.self) }
        var answers: [String: [String]] = [:]
        for (name, source) in Self.calls.merging(views.map { ($0, "audit.\($0)") }, uniquingKeysWith: { $1 }) {
            try session.execute("drop view if exists pg_temp.asked")
            try session.execute("create temporary view asked as select * from \(raw: source)")
            let columns = try session.query(
                """
                select string_agg(case when a.atttypid = 'timestamptz'::regtype
                    then format('extract(epoch from %I)::text', a.attname) else format('%I::text', a.attname) end, ', ' order by a.attnum) as list
                from pg_attribute a where a.attrelid = 'pg_temp.asked'::regclass and a.attnum > 0
                """)[0].get("list", as: String.self)
            answers[name] = try session.query("select concat_ws('|', \(raw: columns)) as line from pg_temp.asked")
                .map { try $0.get("line", as: String.self) }
        }
        return answers
    }

    @Test("Every view and function of audit answers the same in Tokyo and in UTC, text and JSON included")
    func same() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.beginUpload(Upload(uploadID: "U-V1", vendorID: "V1", fileName: "f", objectKey: "f"))
                try session.addEvent("U-V1", .started(mode: .create, policy: .loadValid))
                try session.execute("select set_config('catalog.upload_id', 'U-V1', true)")
                try session.execute("update catalog.products set price = 11 where vendor_id = 'V1'")
                try session.execute("delete from catalog.products where vendor_id = 'V2'")
            }
            try await connection.transaction { _ = try $0.tick() }
            try await connection.run { session in
                let known = try session.query(
                    """
                    select distinct p.proname::text as name from pg_proc p
                    where p.pronamespace = 'audit'::regnamespace and p.proname <> 'tick'
                    """
                ).map { try $0.get("name", as: String.self) }
                #expect(Set(known) == Set(Self.calls.keys))
                let (here, there) = (try answers(session, "UTC"), try answers(session, "Asia/Tokyo"))
                for (name, rows) in here { #expect(there[name] == rows, "\(name)") }
                #expect(here["changes_since"]?.count == 4 && here["product_history"]?.count == 2)
                #expect(here["utc"] == ["2026-01-31 23:59:59"] && here["brief"] == ["a…"])
            }
        }
    }
}
