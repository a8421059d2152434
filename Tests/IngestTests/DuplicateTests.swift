import Postgres
import Testing

@testable import Catalog

/// Rules 5 and 6 in file order, against the catalogue and within the file.
@Suite(.timeLimit(.minutes(5))) struct DuplicateTests {
    @Test("The first row of a file wins, and the message names it")
    func firstWins() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                "P1,N,Audio,S1,1,1", "P2,N,Audio,S1,1,1", "P1,N,Audio,S3,1,1", "P1,N,Audio,S1,1,1",
            ])
            #expect(
                outcome.messages == [
                    "Duplicate SKU: S1 already used in row 1", "Duplicate vendor product ID: P1 already used in row 1",
                    "Duplicate SKU: S1 already used in row 1", "Duplicate vendor product ID: P1 already used in row 1",
                ])
            #expect(outcome.counts.created == 1)
        }
    }

    @Test("A refused row claims nothing: neither its other key, nor the keys of a row with other errors")
    func refusedClaimsNothing() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                "P1,N,Audio,S1,1,1", "P2,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1",  // P2 is free: row 2 was refused
                "P4,N,Nope,S4,1,1", "P4,N,Audio,S4,1,1",
            ])
            #expect(outcome.errors.map(\.rowNumber) == [2, 4])
            #expect(try await onboarding.column("select sku from catalog.products order by 1") == ["S1", "S2", "S4"])
        }
    }

    @Test("A row is compared with the accepted rows before it, whatever else is wrong with it")
    func withOtherErrors() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P9,N,Audio,S9,1,1"])
            let outcome = try await onboarding.ingest([
                "P1,N,Audio,S1,free,1", "P1,N,Audio,S1,1,1", "P1,N,Audio,S1,free,1", "P9,N,Audio,S1,1,1",
                ",N,Audio,S1,1,1", "P1,N,Audio,S9,1,1", "P5,N,Audio,,1,1",
            ])
            let free = "Price must be a number with at most 2 decimals: 'free'"
            let (sku, id) = (
                "Duplicate SKU: S1 already used in row 2", "Duplicate vendor product ID: P1 already used in row 2"
            )
            #expect(
                outcome.errors.map { "\($0.rowNumber) \($0.errorMessage)" } == [
                    "1 \(free)", "3 \(free)", "3 \(sku)", "3 \(id)", "4 \(sku)",
                    "4 Duplicate vendor product ID: P9 already exists",
                    "5 Required field is missing: vendor_product_id", "5 \(sku)",
                    "6 Duplicate SKU: S9 already exists", "6 \(id)", "7 Required field is missing: sku",
                ])
            #expect(outcome.counts.created == 1)
        }
    }

    @Test("A SKU that the catalogue holds for another product and an earlier row claims is refused for both")
    func takenAndUsed() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1"])
            let outcome = try await onboarding.ingest(["P1,N,Audio,S1,2,1", "P2,N,Audio,S1,2,1"], mode: .upsert)
            #expect(
                outcome.messages == [
                    "Duplicate SKU: S1 already exists", "Duplicate SKU: S1 already used in row 1",
                ])
        }
    }

    @Test("Keys of the catalogue are taken, also for a row with other errors; a vendor product id only for its vendor")
    func catalogue() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1"], vendor: "V2")
            _ = try await onboarding.ingest(["P2,N,Audio,S2,1,1"])
            let outcome = try await onboarding.ingest([
                "P1,N,Audio,S9,1,1", "P3,N,Audio,S1,x,1", "P2,N,Audio,S2,1,1",
            ])
            #expect(
                outcome.errors.map { "\($0.rowNumber) \($0.errorMessage)" } == [
                    "2 Price must be a number with at most 2 decimals: 'x'", "2 Duplicate SKU: S1 already exists",
                    "3 Duplicate SKU: S2 already exists", "3 Duplicate vendor product ID: P2 already exists",
                ])
            #expect(outcome.counts.created == 1)
        }
    }

    @Test("Keys are compared exactly, case included, in one form of Unicode")
    func exact() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                "p1,N,Audio,s1,1,1", "P1,N,Audio,S1,1,1", "ß,N,Audio,ß,1,1", "ss,N,Audio,ss,1,1", "é,N,Audio,é,1,1",
                "e\u{301},N,Audio,e\u{301},1,1",
            ])
            #expect(outcome.counts.created == 5)
            #expect(
                outcome.messages == [
                    "Duplicate SKU: \u{E9} already used in row 5",
                    "Duplicate vendor product ID: \u{E9} already used in row 5",
                ])
        }
    }

    @Test("A file of nothing but one product keeps its first row")
    func allTheSame() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(Array(repeating: "P1,N,Audio,S1,1,1", count: 3000))
            #expect(outcome.counts.created == 1 && outcome.counts.error == 2999)
            #expect(outcome.errors.count == 5998)
        }
    }

    @Test("Two vendors that fight for the same SKUs at the same time both finish, with one winner a SKU")
    func race() async throws {
        try await Onboarding.with { onboarding in
            let skus = (0..<2000).map { "S\($0)" }
            let second = try await onboarding.onAnotherConnection()
            async let one = onboarding.ingest(skus.map { "A\($0),N,Audio,\($0),1,1" }, vendor: "V1")
            async let two = second.ingest(skus.reversed().map { "B\($0),N,Audio,\($0),1,1" }, vendor: "V2")
            let outcomes = try await [one, two]
            await second.connection.close()
            #expect(outcomes[0].counts.created + outcomes[1].counts.created == 2000)
            #expect(outcomes.allSatisfy { $0.counts.total == 2000 && $0.counts.valid == $0.counts.created })
            #expect(outcomes.flatMap(\.types).allSatisfy { $0 == "DUPLICATE_SKU" })
            #expect(
                try await onboarding.value("select count(distinct sku) || '/' || count(*) from catalog.products")
                    == "2000/2000")
            #expect(
                try await onboarding.value(
                    "select count(*) from catalog.upload_events where detail->>'sqlState' = '40P01'") == "0")
        }
    }

    @Test("New products are written in the order of their SKUs, so that uploads never wait for each other in a circle")
    func order() async throws {
        try await Onboarding.with { onboarding in
            let skus = ["S9", "S10", "b", "B", "ä", "S1", "S123456789", "S123456780"]
            _ = try await onboarding.ingest(skus.enumerated().map { "A\($0),N,Audio,\($1),1,1" })
            let written = try await onboarding.value(
                "select string_agg(sku, ' ' order by product_id) from catalog.products")
            #expect(written == "B S1 S10 S123456780 S123456789 S9 b ä")
        }
    }
}
