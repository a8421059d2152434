import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(5))) struct ProductHistoryTests {
    @Test("Whoever changes a price, its former image is kept with who ended it")
    func byHandAndByUpload() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { session in
                try session.execute("update catalog.products set price = 11 where vendor_id = 'V1'")
            }
            try await connection.transaction { session in
                try session.beginUpload(Upload(uploadID: "U9", vendorID: "V1", fileName: "f", objectKey: "f"))
                try session.beginProductLoad(uploadID: "U9")
                try session.execute("update catalog.products set price = 12 where vendor_id = 'V1'")
            }
            let images = try await connection.run { session in
                try session.query("select *, valid_to is null as is_current from audit.product_history('V1', 'P1')").map
                {
                    try [
                        $0.get("price"), $0.get("made_by_upload") ?? "hand", $0.get("ended_by_upload") ?? "-",
                        $0.get("ended_by_user") ?? "-",
                    ] as [String]
                }
            }
            #expect(
                images == [
                    ["10.00", "U0", "-", "database user postgres"], ["11.00", "hand", "U9", "upload U9"],
                    ["12.00", "U9", "-", "-"],
                ])
        }
    }

    @Test("Images follow each other without gap or overlap, and the past can be asked for")
    func timeTravel() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            var moments: [String] = []
            for price in 11...14 {
                try await connection.transaction { _ = try $0.tick() }
                moments.append(
                    try await connection.run { try $0.query("select clock_timestamp()::text as t")[0].get("t") })
                try await connection.transaction { session in
                    try session.execute("update catalog.products set price = \(price)::integer where vendor_id = 'V1'")
                }
            }
            for (moment, expected) in zip(moments, ["10.00", "11.00", "12.00", "13.00"]) {
                let price: String = try await connection.run { session in
                    try session.query(
                        "select price from audit.products_as_of(\(moment)::timestamptz) where vendor_id = 'V1'")[0].get(
                            "price")
                }
                #expect(price == expected)
            }
            let gaps = try await connection.run { session in
                try session.query(
                    """
                    select * from (
                        select valid_to, lead(valid_from) over (order by valid_from) as next
                        from audit.product_history('V1', 'P1')) i
                    where next is not null and valid_to <> next
                    """
                ).count
            }
            #expect(gaps == 0)
        }
    }

    @Test("A deleted product is history, and gone from the present")
    func delete() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { _ = try $0.tick() }
            let before: String = try await connection.run {
                try $0.query("select clock_timestamp()::text as t")[0].get("t")
            }
            try await connection.transaction { try $0.execute("delete from catalog.products where vendor_id = 'V1'") }
            let (past, present) = try await connection.run { session in
                (
                    try session.query("select * from audit.products_as_of(\(before)::timestamptz)").count,
                    try session.query("select * from audit.products_as_of(clock_timestamp())").count
                )
            }
            #expect(past == 2 && present == 1)
        }
    }
}
