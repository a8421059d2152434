import Foundation
import Postgres
import TestSupport
import Testing

/// Two vendors, and every way there is to ask: not one row of the other is found.
@Suite(.timeLimit(.minutes(5))) struct APIIsolationTests {
    /// Everything that belongs to the other vendor holds this.
    private static let mark = "FOREIGN"

    /// An upload, products, errors, a token and a slot of V002.
    private func prepare(_ api: APIEnvironment) async throws -> (uploadID: String, path: [String: String]) {
        let uploadID = try await api.upload(Self.mark, as: "V002")
        _ = try await api.call("POST", "/uploads", as: "V002", json: #"{"fileName": "\#(Self.mark)-slot.csv"}"#)
        _ = try await api.call(
            "POST", "/vendors/V002/tokens", as: "operator", json: #"{"description": "\#(Self.mark)"}"#)
        _ = try await api.call("PATCH", "/vendors/V002", as: "operator", json: #"{"vendorName": "\#(Self.mark)"}"#)
        try await api.upload("OWN")
        let token = try #require(try await api.call("GET", "/vendors/V002/tokens", as: "operator")["items", "tokenId"])
        return (
            uploadID,
            [
                "uploadId": uploadID, "vendor": "V002", "vendorProductId": "\(Self.mark)-1", "vendorId": "V002",
                "tokenId": token, "jobId": "1", "categoryName": "Audio", "token": "x",
                "requestId": UUID().uuidString,
            ]
        )
    }

    @Test("No route shows or changes what is another vendor's, and none tells that it exists")
    func routes() async throws {
        try await APIEnvironment.with { api in
            let (uploadID, values) = try await prepare(api)
            let before = try await state(api)
            let document = try await api.call("GET", "/openapi.json", as: nil)
            let object = try JSONSerialization.jsonObject(with: Data(document.text.utf8)) as? [String: Any]
            let paths = try #require(object?["paths"] as? [String: [String: Any]])
            var asked = 0
            for (template, operations) in paths {
                let path = values.reduce(template) { $0.replacing("{\($1.key)}", with: $1.value) }
                for method in operations.keys
                where !["/healthz", "/readyz", "/metrics", "/openapi.json"].contains(template) {
                    for query in ["", "?vendor=V002", "?sku=\(Self.mark)-sku-1", "?q=\(Self.mark)", "?limit=200"] {
                        let body = method == "get" ? nil : "{}"
                        let answer = try await api.call(method.uppercased(), path + query, json: body)
                        // A problem may name what the path named.
                        let told = answer.text.replacing("'\(Self.mark)-1'", with: "")
                        #expect(!told.contains(Self.mark), "\(method) \(path)\(query): \(answer.text)")
                        // What has a foreign name in its path is as if it were not there.
                        if template.contains("{uploadId}") || template.contains("{vendorProductId}") {
                            #expect(
                                answer.status == 404 || answer.problem == "unknown-parameter",
                                "\(method) \(path)\(query)")
                        }
                        asked += 1
                    }
                }
            }
            #expect(asked > 100)
            let refused = try await api.call(
                "POST", "/uploads?fileName=x.csv&vendor=V002", csv: APIEnvironment.file("X"))
            let unknown = try await api.call(
                "POST", "/uploads?fileName=x.csv&vendor=V999", csv: APIEnvironment.file("X"))
            #expect(refused.status == 404)
            #expect(refused.text == unknown.text)
            let after = try await state(api)
            #expect(before == after)
            // The same questions have answers for their owner.
            #expect(try await api.call("GET", "/uploads/\(uploadID)", as: "V002").status == 200)
            #expect(try await api.call("GET", "/products", as: "V002").text.contains(Self.mark))
        }
    }

    /// What V002 has, as text.
    private func state(_ api: APIEnvironment) async throws -> [[String]] {
        try await api.service.catalog.rows(
            """
            select row_to_json(u)::text from catalog.upload_history u where vendor_id = 'V002'
            union all select row_to_json(p)::text from catalog.products p where vendor_id = 'V002'
            union all select row_to_json(v)::text from catalog.vendors v where vendor_id = 'V002' order by 1
            """)
    }

    @Test("No table, view or function shows the role of vendors what is another vendor's")
    func objects() async throws {
        try await APIEnvironment.with { api in
            let uploadID = try await prepare(api).uploadID
            let errorCounts: Statement = "select catalog.error_counts(\(uploadID)::text)::text"
            let (tables, functions, texts, counts) = try await api.service.pool.transaction { session in
                let tables = try session.query(Self.readableTables).compactMap { $0[0] }
                let functions = try session.query(Self.callableFunctions).compactMap { $0[0] }
                try session.execute(
                    "select set_config('role', 'catalog_vendor', true), set_config('catalog.vendor_id', 'V001', true)")
                let asked = tables + Self.calls
                let texts = try asked.map { sql in try session.query("\(raw: sql)").compactMap { $0[0] } }
                let foreign = try session.first(errorCounts)?[0]
                try session.execute("select set_config('catalog.vendor_id', 'V002', true)")
                return (tables, functions, texts, [foreign, try session.first(errorCounts)?[0]])
            }
            #expect(tables.count >= 10)
            #expect(
                functions == [
                    "audit.brief", "audit.changes_head", "audit.changes_since", "audit.cut", "audit.product_history",
                    "audit.products_as_of", "audit.upload_diff", "audit.utc",
                    "catalog.camel_case", "catalog.camel_case", "catalog.changes_of_upload",
                    "catalog.current_vendor_id",
                    "catalog.error_counts", "catalog.feed_changes", "catalog.feed_fields", "catalog.feed_image",
                    "catalog.feed_position", "catalog.released_until", "catalog.rule_json",
                ])
            #expect(counts[0] == "{}" && counts[1] != "{}")
            #expect(!texts.joined().contains { $0.contains(Self.mark) || $0.contains("V002") })
            // They do show what is its own.
            #expect(texts.joined().filter { $0.contains("OWN") }.count >= 5)
        }
    }

    /// A question for all that the role may read of each.
    private static let readableTables: Statement = """
        select format('select row(%s)::text from %s', string_agg(quote_ident(a.attname), ', '), c.oid::regclass)
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
          and has_schema_privilege('catalog_vendor', n.oid, 'usage')
          and has_column_privilege('catalog_vendor', c.oid, a.attnum, 'select')
        group by c.oid
        order by c.oid::regclass::text
        """
    private static let callableFunctions: Statement = """
        select p.oid::regproc::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname not in ('pg_catalog', 'information_schema') and has_schema_privilege('catalog_vendor', n.oid, 'usage')
          and has_function_privilege('catalog_vendor', p.oid, 'execute')
        order by 1
        """
    private static let calls = [
        "select t::text from audit.products_as_of(now()) t",
        "select t::text from audit.products_as_of(now() - interval '1 hour') t",
        "select t::text from audit.product_history('V002', 'FOREIGN-1') t",
        "select t::text from audit.changes_since() t", "select t::text from audit.changes_since(null, 1000, 'V002') t",
    ]
}
