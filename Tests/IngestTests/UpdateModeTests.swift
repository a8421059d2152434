import Ingest
import Postgres
import Testing

@testable import Catalog

/// Files that change a part of known products, and files that name all that is on offer.
@Suite(.timeLimit(.minutes(5))) struct UpdateModeTests {
    private static let wide = Onboarding.header + ",brand\n"

    private func products(_ onboarding: Onboarding) async throws -> [String?] {
        try await onboarding.column(
            """
            select concat_ws(' ', vendor_product_id, sku, price, stock_quantity, brand, status)
            from catalog.products where vendor_id = 'V1' order by vendor_product_id
            """)
    }

    @Test("An update changes the columns of the file and keeps all others, by either key")
    func partialFiles() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(
                text: Self.wide + "P1,N,Audio,S1,1,1,Sony\nP2,N,Toys,S2,2,2,Bose\nP3,N,Toys,S3,3,3,\n")
            let bySKU = try await onboarding.ingest(text: "price,sku\n9.50,S2\n3,S3\n", mode: .update)
            #expect([bySKU.counts.updated, bySKU.counts.unchanged, bySKU.counts.created] == [1, 1, 0])
            let byID = try await onboarding.ingest(
                text: "vendor_product_id,stock_quantity\nP1,77\n", mode: .update)
            #expect(byID.status == .completed && byID.counts.updated == 1)
            #expect(
                try await products(onboarding) == [
                    "P1 S1 1.00 77 Sony active", "P2 S2 9.50 2 Bose active", "P3 S3 3.00 3 active",
                ])
        }
    }

    @Test("What does not exist is an error, by its own vendor's catalogue, and every other error of the row beside it")
    func unknown() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1"])
            _ = try await onboarding.ingest(["P7,N,Audio,S7,1,1"], vendor: "V2")
            let outcome = try await onboarding.ingest(
                text: "sku,price\nS1,2\nS9,free\nS7,1\n,1\nS2,\nS1,3\n", mode: .update)
            #expect(
                outcome.errors.map { "\($0.rowNumber) \($0.errorType) \($0.errorMessage)" } == [
                    "2 INVALID_PRICE Price must be a number with at most 2 decimals: 'free'",
                    "2 UNKNOWN_PRODUCT Unknown SKU: S9 does not exist",
                    "3 UNKNOWN_PRODUCT Unknown SKU: S7 does not exist",
                    "4 MISSING_REQUIRED_FIELD Required field is missing: sku",
                    "5 MISSING_REQUIRED_FIELD Required field is missing: price",
                    "6 DUPLICATE_SKU Duplicate SKU: S1 already used in row 1",
                ])
            let byID = try await onboarding.ingest(
                text: "vendor_product_id,sku\nP1,S2\nP9,S8\nP2,S5\n", mode: .update)
            #expect(
                byID.messages == [
                    "Duplicate SKU: S2 already exists", "Unknown vendor product ID: P9 does not exist",
                ])
            #expect(try await products(onboarding) == ["P1 S1 2.00 1 active", "P2 S5 1.00 1 active"])
        }
    }

    @Test("A file without either key is refused; a mapping's default makes no column that an update would change")
    func columns() async throws {
        try await Onboarding.with { onboarding in
            let refused = try await onboarding.ingest(text: "price,brand\n1,x\n", mode: .update)
            #expect(refused.result.end.failure?.type == .missingColumn)
            #expect(
                refused.result.end.failure?.message
                    == "Required column is missing from the header: vendor_product_id or sku. Found: price, brand")
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,5"])
            let mapping = #"""
                {"columns": {"sku": {"from": ["No"]}, "price": {"from": ["Price"]},
                  "stock_quantity": {"from": ["Stock"], "default": "0"}}}
                """#
            let outcome = try await onboarding.ingest(text: "No,Price\nS1,8\n", mode: .update, mapping: mapping)
            #expect(outcome.counts.updated == 1)
            #expect(try await products(onboarding) == ["P1 S1 8.00 5 active"])
        }
    }

    @Test("Empty cells clear or keep, as the upload says; a key is always needed")
    func emptyCells() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(text: Self.wide + "P1,N,Audio,S1,1,1,Sony\nP2,N,Audio,S2,1,1,Sony\n")
            let kept = try await onboarding.ingest(
                text: "vendor_product_id,sku,price,brand\nP1,,,\nP2,,5,Bose\n,S3,1,\n", mode: .update, empty: .keep)
            #expect(kept.messages == ["Required field is missing: vendor_product_id"])
            #expect([kept.counts.updated, kept.counts.unchanged] == [1, 1])
            _ = try await onboarding.ingest(
                text: Self.wide + "P1,N,Audio,S1,2,1,\nP4,N,Audio,S4,1,1,\n", mode: .upsert, empty: .keep)
            _ = try await onboarding.ingest(text: "sku,brand\nS2,\n", mode: .update)
            #expect(
                try await products(onboarding) == [
                    "P1 S1 2.00 1 Sony active", "P2 S2 5.00 1 active", "P4 S4 1.00 1 active",
                ])
        }
    }

    @Test("A full file takes what it does not name off the offer: seen first by a dry run, undone by revert")
    func missingProducts() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1", "P3,N,Audio,S3,1,1"])
            _ = try await onboarding.ingest(["X1,N,Audio,X1,1,1"], vendor: "V2")
            let before = try await products(onboarding)
            // A rejected row names its product, too.
            let rows = ["P1,N,Audio,S1,1,1", "P3,N,Audio,S3,free,1", "P4,N,Audio,S4,1,1"]
            let seen = try await onboarding.ingest(rows, mode: .upsert, missing: .deactivate, dryRun: true)
            #expect(seen.counts.deactivated == 1)
            #expect(try await products(onboarding) == before)

            let outcome = try await onboarding.ingest(rows, mode: .upsert, missing: .deactivate)
            #expect([outcome.counts.deactivated, outcome.counts.created, outcome.counts.unchanged] == [1, 1, 1])
            #expect(
                try await onboarding.column("select sku from catalog.products where status = 'inactive'") == ["S2"])
            #expect(
                try await onboarding.column(
                    "select deactivated_records::text from catalog.upload_history where not dry_run and deactivated_records > 0"
                ) == [
                    "1"
                ])

            let back = try await onboarding.ingest(["P2,N,Audio,S2,1,1"], mode: .upsert, missing: .deactivate)
            #expect([back.counts.updated, back.counts.deactivated] == [1, 3])
            for upload in [back, outcome] {
                let left = try await onboarding.connection.transaction { session in
                    try session.revertUpload(upload.result.upload.uploadID)
                }
                #expect(left.isEmpty)
            }
            #expect(try await products(onboarding) == before)
        }
    }

    @Test("A row that does not say which product it is about may be about any: nothing is taken off")
    func namelessRows() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1"])
            for row in ["\"P2\"x,N,Audio,S2,1,1", ",N,Audio,S2,1,1"] {
                let outcome = try await onboarding.ingest(
                    ["P1,N,Audio,S1,1,1", row], mode: .upsert, missing: .deactivate)
                #expect(outcome.counts.deactivated == 0 && outcome.counts.missingKept && outcome.status == .partial)
            }
            // A dry run says so, too.
            let seen = try await onboarding.ingest(
                ["P1,N,Audio,S1,1,1", ",N,Audio,S2,1,1"], mode: .upsert, missing: .deactivate, dryRun: true)
            #expect(seen.counts.deactivated == 0 && seen.counts.missingKept)
            #expect(
                try await onboarding.column("select event from catalog.upload_events where event = 'missing.kept'")
                    .count
                    == 3)
        }
    }

    @Test("A file that may only create deactivates nothing, and the database says so, too")
    func createDeactivatesNothing() async throws {
        #expect(!MissingProducts.deactivate.fits(.create) && MissingProducts.deactivate.fits(.update))
        try await Onboarding.with { onboarding in
            let error = await #expect(throws: PostgresError.self) {
                try await onboarding.ingest(["P1,N,Audio,S1,1,1"], missing: .deactivate)
            }
            #expect(error?.constraint == "upload_history_missing_products_is_known")
        }
    }
}
