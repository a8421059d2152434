import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(3))) struct ErrorGroupTests {
    /// An upload of 60,000 errors: a mistake in half the rows, and 20,000 mistakes that are one row's each; another one with some of its own.
    private static func seed(_ session: Session) throws {
        try session.seed()
        for (id, vendor, rows) in [("BIG", "V1", 20_000), ("OTHER", "V2", 5)] {
            try session.beginUpload(Upload(uploadID: id, vendorID: vendor, fileName: "f", objectKey: "f"))
            try session.execute(
                """
                insert into catalog.validation_errors
                    (upload_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data)
                select \(id)::text, n, n + 1, e.type, e.message, e.field, e.value, '{}'
                from generate_series(1, \(rows)::integer) n
                cross join lateral (values
                    ('INVALID_CATEGORY', 'Category is not approved', 'category', 'Audioo'),
                    ('INVALID_PRICE', 'price ' || n, 'price', 'x' || n),
                    ('MALFORMED_ROW', 'row ' || n, null, null)) as e (type, message, field, value)
                """)
        }
        try session.execute("analyze catalog.validation_errors")
    }

    private static var categories: CategoryWhitelist { CategoryWhitelist(["Audio", "Toys"]) }

    @Test("Pages by key have every mistake once, with its rows, and nothing of another upload")
    func pages() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try Self.seed(session)
                var groups: [ErrorGroup] = []
                while true {
                    let page = try session.groupedErrors(of: "BIG", after: groups.last, limit: 3000, Self.categories)
                    if page.isEmpty { break }
                    groups += page
                }
                #expect(groups.count == 20_002 && Set(groups.map(\.key)).count == 20_002)
                #expect(
                    groups.first
                        == ErrorGroup(
                            errorType: "INVALID_CATEGORY", field: "category", rejectedValue: "Audioo", rows: 20_000,
                            firstRows: [1, 2, 3, 4, 5], errorMessage: "Category is not approved", suggestion: "Audio"))
                #expect(groups[1].rows == 1 && groups[1].rejectedValue == "x1" && groups[1].suggestion == nil)
                let last = try #require(groups.last)
                #expect(last.field == nil && last.rejectedValue == nil && last.rows == 20_000)
                #expect(last.errorMessage == "row 1")
            }
        }
    }

    @Test("Values that begin with the same hundred characters are one mistake, whatever else they are")
    func longValues() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.beginUpload(Upload(uploadID: "LONG", vendorID: "V1", fileName: "f", objectKey: "f"))
                // Far more than an entry of an index may have.
                try session.execute(
                    """
                    insert into catalog.validation_errors
                        (upload_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data)
                    select 'LONG', n, n, 'FIELD_TOO_LONG', 'too long', 'sku',
                        repeat('ü', 100) || (select string_agg(md5(m::text || n), '') from generate_series(1, 400) m), '{}'
                    from generate_series(1, 3) n
                    """)
                let groups = try session.groupedErrors(of: "LONG", after: nil, limit: 10, Self.categories)
                #expect(groups.map(\.rows) == [3] && groups[0].rejectedValue == String(repeating: "ü", count: 100))
            }
        }
    }

    /// How many rows of the table were read, and the nodes of the plan.
    private static func plan(_ statement: Statement, _ session: Session) throws -> String {
        try session.query("explain (analyze, costs off, timing off, summary off) \(statement)").compactMap { $0[0] }
            .joined(separator: "\n")
    }

    @Test(
        "A page is read in the order of the index, without sorting, and reads the rows of its groups only",
        arguments: [false, true])
    func plan(asVendor: Bool) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try Self.seed(session)
                if asVendor {
                    try session.execute(
                        "select set_config('role', 'catalog_vendor', true), set_config('catalog.vendor_id', 'V1', true)"
                    )
                }
                let page = try session.groupedErrors(of: "BIG", after: nil, limit: 10_000, Self.categories)
                let after = try #require(page.last)
                let text = try Self.plan(ErrorGroup.select("BIG", after: after.key, limit: 50), session)
                #expect(text.contains("_by_value_idx") || text.contains("upload_id_error_type"), "\(text)")
                #expect(
                    !text.contains("Sort") && !text.contains("HashAggregate")
                        && !text.contains("Seq Scan on validation"))
                // The rows of 50 groups, and the one that ends the last of them. A vendor's page begins with its rule.
                let scanned = text.matches(of: /Index Scan using validation_errors[^\n]*rows=([0-9]+)/).compactMap {
                    Int($0.1)
                }
                #expect(scanned.reduce(0, +) <= (asVendor ? 10_100 : 60), "\(text)")
            }
        }
    }
}
