import Ingest
import Postgres
import Testing

@testable import Catalog

/// From a product's version to the line of the file, and from an upload to what it did.
@Suite(.timeLimit(.minutes(5))) struct TraceTests {
    @Test("Each version names the line of the file that made it; what a hand made has none")
    func lines() async throws {
        try await Onboarding.with { onboarding in
            let first = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,x,1", "P3,N,Audio,S3,1,1"])
            let second = try await onboarding.ingest(["P3,N,Audio,S3,2,1", "P4,N,Audio,S4,1,1"], mode: .upsert)
            try await onboarding.execute("update catalog.products set price = 7 where sku = 'S4'")
            let rows = try await onboarding.column(
                """
                select concat_ws(' ', sku, price, coalesce(upload_id, 'hand'), line_number, left(file_sha256, 2) is not null)
                from audit.product_rows order by sku, version_id nulls last
                """)
            let (one, two) = (first.result.upload.uploadID, second.result.upload.uploadID)
            #expect(
                rows == [
                    "S1 1.00 \(one) 2 t", "S3 1.00 \(one) 4 t", "S3 2.00 \(two) 2 t", "S4 1.00 \(two) 3 t",
                    "S4 7.00 hand f",
                ])
            _ = try await onboarding.connection.transaction { try $0.revertUpload(two) }
            #expect(
                try await onboarding.column("select line_number::text from catalog.products where sku = 'S3'") == ["4"])
        }
    }

    @Test("What an upload did is listed by product and field, after it was undone, too")
    func differences() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1"])
            let second = try await onboarding.ingest(
                ["P1,N,Audio,S1,2,1", "P2,N,Audio,S2,1,1", "P3,N,Audio,S3,1,1"], mode: .upsert)
            let uploadID = second.result.upload.uploadID
            let difference: Statement = """
                select concat_ws(' ', vendor_product_id, operation, field, old_value, new_value) from audit.upload_diff(\(uploadID)::text)
                """
            let expected = ["P1 changed price 1.00 2.00", "P3 created"]
            #expect(try await onboarding.column(difference) == expected)
            _ = try await onboarding.connection.transaction { try $0.revertUpload(uploadID) }
            #expect(try await onboarding.column(difference) == expected)
            let undone = try await onboarding.column(
                """
                select concat_ws(' ', d.vendor_product_id, d.operation, d.field, d.old_value, d.new_value)
                from catalog.upload_history u, audit.upload_diff(u.upload_id) d where u.kind = 'revert'
                """)
            #expect(undone == ["P1 changed price 2.00 1.00", "P3 removed"])
        }
    }

    @Test("Staff see who holds a duplicate SKU, and all that happened to an upload in the order of time")
    func holders() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1"])
            let second = try await onboarding.ingest(["P7,N,Audio,S7,1,1", "P8,N,Audio,S1,1,1"], vendor: "V2")
            let uploadID = second.result.upload.uploadID
            #expect(
                try await onboarding.column(
                    "select concat_ws(' ', row_number, sku, vendor_id, vendor_product_id) from audit.sku_holders(\(uploadID)::text)"
                ) == ["2 S1 V1 P1"])
            try await onboarding.connection.transaction { _ = try $0.tick() }
            let what = try await onboarding.column("select what from audit.upload_timeline(\(uploadID)::text)")
                .compactMap {
                    $0
                }
            #expect(
                what.first == "started" && what.contains("products changed") && what.contains("products seen by others")
            )
        }
    }
}
