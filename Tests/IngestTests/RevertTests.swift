import Ingest
import Postgres
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(5))) struct RevertTests {
    private func revert(_ outcome: Onboarding.Outcome, _ onboarding: Onboarding) async throws -> [String] {
        try await onboarding.connection.transaction { session in
            try session.revertUpload(outcome.result.upload.uploadID).map { "\($0.vendorProductID): \($0.reason)" }
        }
    }

    private func products(_ onboarding: Onboarding) async throws -> [String?] {
        try await onboarding.column(
            "select concat_ws('|', vendor_product_id, sku, price) from catalog.products order by vendor_product_id")
    }

    @Test("Created products go, updated ones get their former image back, the past stays")
    func undo() async throws {
        try await Onboarding.with { onboarding in
            let first = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,2,1"])
            let second = try await onboarding.ingest(["P1,N,Audio,S1x,9,1", "P3,N,Audio,S3,3,1"], mode: .upsert)
            #expect(try await revert(second, onboarding) == [])
            #expect(try await products(onboarding) == ["P1|S1|1.00", "P2|S2|2.00"])
            let operations = try await onboarding.column(
                "select operation || ' ' || sku from catalog.product_versions order by version_id")
            #expect(operations.compactMap(\.self).sorted() == ["revert S1x", "revert S3", "update S1"])
            #expect(try await revert(first, onboarding) == [])
            #expect(try await products(onboarding) == [])
            let statuses = try await onboarding.column(
                "select distinct kind || ' ' || status from catalog.upload_history order by 1")
            #expect(statuses == ["file reverted", "revert completed"])
        }
    }

    @Test("A product changed since, by an upload or by hand, is listed and left alone")
    func changedSince() async throws {
        try await Onboarding.with { onboarding in
            let first = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1", "P3,N,Audio,S3,1,1"])
            _ = try await onboarding.ingest(["P1,N,Audio,S1,5,1"], mode: .upsert)
            try await onboarding.execute("update catalog.products set price = 6 where sku = 'S2'")
            #expect(try await revert(first, onboarding) == ["P1: changed since", "P2: changed since"])
            #expect(try await products(onboarding) == ["P1|S1|5.00", "P2|S2|6.00"])
        }
    }

    @Test("A former SKU that another product has by now stays with it")
    func skuTaken() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1"])
            let second = try await onboarding.ingest(["P1,N,Audio,S2,1,1"], mode: .upsert)
            _ = try await onboarding.ingest(["P9,N,Audio,S1,1,1"], vendor: "V2")
            #expect(try await revert(second, onboarding) == ["P1: its former SKU S1 is used by another product"])
            #expect(try await products(onboarding) == ["P1|S2|1.00", "P9|S1|1.00"])
        }
    }

    @Test("A product deleted since is listed, whether the upload had created or changed it")
    func deletedSince() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1"])
            let second = try await onboarding.ingest(
                ["P1,N,Audio,S1,9,1", "P2,N,Audio,S2,9,1", "P3,N,Audio,S3,1,1", "P4,N,Audio,S4,1,1"], mode: .upsert)
            try await onboarding.execute("update catalog.products set price = 6 where sku = 'S4'")
            try await onboarding.execute("delete from catalog.products where sku in ('S1', 'S3', 'S4')")
            #expect(
                try await revert(second, onboarding) == ["P1: deleted since", "P3: deleted since", "P4: deleted since"])
            #expect(try await products(onboarding) == ["P2|S2|1.00"])
        }
    }

    @Test("A revert is an upload of its own, and can be reverted, again and again")
    func revertOfRevert() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,2,1"])
            let second = try await onboarding.ingest(["P1,N,Audio,S1x,9,1", "P3,N,Audio,S3,3,1"], mode: .upsert)
            let before = try await products(onboarding)
            let numbers = try await onboarding.column("select product_id::text from catalog.products order by sku")
            #expect(try await revert(second, onboarding) == [])
            let undone = try await products(onboarding)
            for expected in [before, undone, before] {
                let newest = try #require(
                    try await onboarding.column(
                        "select upload_id from catalog.upload_history where kind = 'revert' and status = 'completed'")[
                            0])
                let leftAlone = try await onboarding.connection.transaction { try $0.revertUpload(newest) }
                #expect(leftAlone.isEmpty)
                #expect(try await products(onboarding) == expected)
            }
            let same = try await onboarding.column("select product_id::text from catalog.products order by sku")
            #expect(same == numbers)
            let proof = try await onboarding.connection.transaction { session in
                try session.tick()
                return try session.verifyHistory()
            }
            #expect(proof.problem == nil)
        }
    }

    @Test("An upload that created and changed products is undone but for those that others changed or deleted since")
    func mixed() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1", "P3,N,Audio,S3,1,1"])
            let second = try await onboarding.ingest(
                ["P1,N,Audio,S1,9,1", "P2,N,Audio,S2,9,1"] + (4..<2_000).map { "P\($0),N,Audio,S\($0),1,1" },
                mode: .upsert)
            _ = try await onboarding.ingest(["P9,N,Audio,SX,1,1"], vendor: "V2")
            _ = try await onboarding.ingest(["P4,N,Audio,S4,5,1"], mode: .upsert)
            try await onboarding.execute("delete from catalog.products where sku in ('S2', 'S5')")
            #expect(
                try await revert(second, onboarding) == [
                    "P2: deleted since", "P4: changed since", "P5: deleted since",
                ])
            #expect(try await products(onboarding) == ["P1|S1|1.00", "P3|S3|1.00", "P4|S4|5.00", "P9|SX|1.00"])
            let counts = try await onboarding.column(
                "select concat_ws(' ', deleted_records, updated_records, created_records) from catalog.upload_history where kind = 'revert'"
            )
            #expect(counts == ["1994 1 0"])
        }
    }

    @Test("Only a completed or partial upload can be reverted, and only once")
    func refused() async throws {
        try await Onboarding.with { onboarding in
            let failed = try await onboarding.ingest(["P1,N,Audio,S1,x,1"])
            let good = try await onboarding.ingest(["P1,N,Audio,S1,1,1"])
            _ = try await revert(good, onboarding)
            for outcome in [failed, good] {
                let error = await #expect(throws: PostgresError.self) { try await revert(outcome, onboarding) }
                #expect(error?.sqlState == "55000")
            }
            let error = await #expect(throws: PostgresError.self) {
                try await onboarding.connection.transaction { _ = try $0.revertUpload("UPLOAD_NONE") }
            }
            #expect(error?.hint == "catalog upload list shows the uploads")
        }
    }
}
