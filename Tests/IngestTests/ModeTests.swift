import Ingest
import Postgres
import Testing

@testable import Catalog

/// Modes, policies and dry runs.
@Suite(.timeLimit(.minutes(5))) struct ModeTests {
    private static let wide = Onboarding.header + ",brand,description\n"

    @Test("Upsert creates, updates what differs and counts the rest as unchanged")
    func upsert() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1.00,1", "P2,N,Audio,S2,2.00,2"])
            let outcome = try await onboarding.ingest(
                ["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,2.50,2", "P3,N,Audio,S3,3,3"], mode: .upsert)
            #expect([outcome.counts.created, outcome.counts.updated, outcome.counts.unchanged] == [1, 1, 1])
            #expect(outcome.status == .completed)
            let versions = try await onboarding.column(
                "select sku || ' ' || price || ' ' || (superseded_by = '\(raw: outcome.result.upload.uploadID)') from catalog.product_versions"
            )
            #expect(versions == ["S2 2.00 true"])
        }
    }

    @Test("Columns the file lacks keep their value, empty cells become null")
    func absentColumns() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(
                text: Self.wide + "P1,N,Audio,S1,1,1,Sony,Loud\nP2,N,Audio,S2,1,1,Sony,Loud\n")
            _ = try await onboarding.ingest(["P1,N,Audio,S1,2,1"], mode: .upsert)
            _ = try await onboarding.ingest(text: Self.wide + "P2,N,Audio,S2,2,1,,Soft\n", mode: .upsert)
            let rows = try await onboarding.column(
                "select concat_ws('|', sku, price, coalesce(brand, 'null'), description) from catalog.products order by 1"
            )
            #expect(rows == ["S1|2.00|Sony|Loud", "S2|2.00|null|Soft"])
        }
    }

    @Test("An update may take a new SKU, but not one that another product had before the upload")
    func skuChanges() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1"])
            let outcome = try await onboarding.ingest(
                ["P1,N,Audio,S9,1,1", "P2,N,Audio,S1,1,1", "P3,N,Audio,S9,1,1"], mode: .upsert)
            #expect(
                outcome.messages == ["Duplicate SKU: S1 already exists", "Duplicate SKU: S9 already used in row 1"])
            #expect(try await onboarding.column("select sku from catalog.products order by 1") == ["S2", "S9"])
        }
    }

    @Test("All-or-nothing loads a file without errors, and nothing of one with them")
    func allOrNothing() async throws {
        try await Onboarding.with { onboarding in
            let bad = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,x,1"], policy: .allOrNothing)
            #expect(bad.result.end.failure?.type == .rejectedByPolicy)
            #expect(bad.counts.valid == 1 && bad.counts.created == 0 && bad.errors.count == 1)
            #expect(try await onboarding.value("select count(*) from catalog.products") == "0")
            #expect(try await onboarding.ingest(["P1,N,Audio,S1,1,1"], policy: .allOrNothing).status == .completed)
        }
    }

    @Test(
        "A dry run finds the same errors, keeps the reports, shows as such in the history, and changes and mails nothing"
    )
    func dryRun() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1"])
            let before = try await onboarding.state()
            let text = Onboarding.header + "\nP1,N,Audio,S1,5,1\nP2,N,Audio,S2,x,1\nP3,N,Audio,S3,1,1\n"
            let outcome = try await onboarding.ingest(text: text, mode: .upsert, dryRun: true)
            #expect(outcome.status == .partial && [outcome.counts.created, outcome.counts.updated] == [1, 1])
            #expect(try onboarding.object(outcome.result.errorReport).contains("'x'"))
            let refused = try await onboarding.ingest(text: "nothing", dryRun: true)
            #expect(refused.status == .failed)
            let history = try await onboarding.column(
                "select status || ' ' || dry_run from catalog.upload_history order by upload_timestamp")
            #expect(history == ["completed false", "partial true", "failed true"])
            #expect(try await onboarding.state() == before)
        }
    }
}

extension Onboarding {
    /// Products, what they were, and mails, as one text.
    func state() async throws -> String? {
        try await value(
            """
            select concat_ws(E'\\n',
                (select string_agg(p::text, ';' order by product_id) from catalog.products p),
                (select string_agg(v::text, ';' order by version_id) from catalog.product_versions v),
                (select string_agg(n::text, ';' order by notification_id) from catalog.notifications n))
            """)
    }
}
