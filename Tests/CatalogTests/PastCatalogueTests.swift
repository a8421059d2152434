import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(2))) struct PastCatalogueTests {
    private static func now(_ connection: Connection) async throws -> String {
        try await connection.transaction { _ = try $0.tick() }
        return try await connection.run { try $0.query("select clock_timestamp()::text as now")[0].get("now") }
    }

    private static func insert(_ id: Int, _ price: Int) -> Statement {
        """
        insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
        values ('V1', 'N' || \(id)::text, 'New', 'Audio', 'N' || \(id)::text, \(price)::integer, 1)
        """
    }

    @Test(
        "Two moments differ in what was added, removed and changed, with each value before and after, in pages by key")
    func differences() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                for id in 1...3 { try session.execute(Self.insert(id, 5)) }
            }
            let before = try await Self.now(connection)
            try await connection.transaction { session in
                try session.execute("update catalog.products set price = 7 where vendor_product_id = 'N1'")
                try session.execute("delete from catalog.products where vendor_product_id = 'N2'")
                try session.execute(Self.insert(4, 5))
            }
            let after = try await Self.now(connection)
            try await connection.transaction { session in
                let found = try session.catalogueDifferences(from: before, to: after, limit: 10)
                #expect(found.map(\.productID) == ["N1", "N2", "N4"])
                #expect(found.map(\.kind) == [.changed, .removed, .added])
                #expect(found.map(\.changes) == [["price 5.00 → 7.00"], [], []])
                let rest = try session.catalogueDifferences(from: before, to: after, after: found[0].key, limit: 1)
                #expect(rest.map(\.productID) == ["N2"])
                #expect(try session.catalogueDifferences(from: before, to: after, vendor: "V2", limit: 9).isEmpty)
                #expect(try session.catalogueDifferences(from: after, to: after, limit: 9).isEmpty)
                let then = try session.catalogue(at: before, vendor: "V1", limit: 10)
                #expect(then.filter { $0.productID.hasPrefix("N") }.map(\.price) == ["5.00", "5.00", "5.00"])
                let page = try session.catalogue(at: after, vendor: "V1", after: ["V1", "N1"], limit: 1)
                #expect(page.map(\.productID) == ["N3"])
            }
        }
    }

    @Test("Each version of a product tells who set its price, and by which line of which file")
    func trace() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { session in
                try session.beginUpload(Upload(uploadID: "U9", vendorID: "V1", fileName: "prices.csv", objectKey: "f"))
                try session.beginProductLoad(uploadID: "U9")
                try session.execute(
                    "update catalog.products set price = 12, upload_id = 'U9', line_number = 7 where vendor_product_id = 'P1' and vendor_id = 'V1'"
                )
            }
            let versions = try await connection.run { try $0.productTrace(vendor: "V1", product: "P1") }
            #expect(versions.map(\.price) == ["12.00", "10.00"])
            #expect(versions[0].fileName == "prices.csv" && versions[0].line == 7 && versions[0].until == nil)
            #expect(versions[0].actor != nil && versions[1].endedBy == versions[0].actor)
        }
    }

    @Test("Actions are found by who did them and what they are about, the newest first, with what changed in words")
    func actions() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                for number in 1...5 {
                    try session.execute(
                        """
                        insert into catalog.actions (at, actor, database_user, action, object, before, after)
                        values (now() + \(number)::integer * interval '1 second', case when \(number)::integer = 3 then 'os:eve' else 'os:bob' end,
                            current_user, 'vendor suspend', 'V' || \(number)::integer, '{"status": "active"}', '{"status": "suspended", "by": "x"}')
                        """)
                }
                let first = try session.actions(limit: 2)
                #expect(first.map(\.object) == ["V5", "V4"])
                #expect(first[0].change == "by → x, status active → suspended")
                #expect(try session.actions(before: first[1].key, limit: 2).map(\.object) == ["V3", "V2"])
                #expect(try session.actions(actor: "os:eve", limit: 9).map(\.object) == ["V3"])
                #expect(try session.actions(object: "V1", limit: 9).count == 1)
            }
        }
    }
}
