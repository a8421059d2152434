import Catalog
import Postgres
import TestSupport
import Testing

/// The keys of a file are compared in two ways, by their number.
@Suite(.timeLimit(.minutes(5))) struct UploadKeysTests {
    /// Rows that meet every fate of keys, the last of them at the end of many others.
    private static func rows(padding: Int) -> [String] {
        ["P1,N,Audio,S1,1,1", "P2,N,Audio,S1,1,1", "P1,N,Audio,S3,free,1", "P9,N,Audio,S4,1,1", "P5,N,Audio,S9,1,1"]
            + (0..<padding).map { "X\($0),N,Audio,X\($0),1,1" } + ["P6,N,Audio,S1,1,1", "P1,N,Audio,S7,1,1"]
    }

    @Test(
        "Few keys and many are judged alike: taken, repeated, repeated across the whole file",
        arguments: [UploadMode.create, .upsert])
    func alike(mode: UploadMode) async throws {
        var messages: [[String]] = []
        for padding in [10, UploadKeys.most + 10] {
            try await Onboarding.with { onboarding in
                _ = try await onboarding.ingest(["P9,N,Audio,S9,1,1"])
                let outcome = try await onboarding.ingest(Self.rows(padding: padding), mode: mode)
                #expect(outcome.counts.created == padding + 1)
                messages.append(outcome.messages)
            }
        }
        #expect(messages[0] == messages[1])
        #expect(messages[0].contains("Duplicate SKU: S1 already used in row 1"))
    }

    @Test("Products that a long file does not name become inactive, as those of a short one", arguments: [1, 4100])
    func missing(count: Int) async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["GONE,N,Audio,GONE,1,1"])
            let rows = (0..<count).map { "X\($0),N,Audio,X\($0),1,1" }
            let outcome = try await onboarding.ingest(rows, mode: .upsert, missing: .deactivate)
            #expect(outcome.counts.deactivated == 1)
            #expect(
                try await onboarding.column("select sku from catalog.products where status = 'inactive'") == ["GONE"])
        }
    }

    @Test("A daily price touches no index: the row's next image stands beside it")
    func inPlace() async throws {
        try await Onboarding.with { onboarding in
            for day in 1...4 {
                let rows = (0..<3000).map { "P\($0),N,Audio,S\($0),\(day).\(10 + $0 % 80),1" }
                let outcome = try await onboarding.ingest(rows, mode: .upsert)
                #expect(outcome.counts.updated == (day == 1 ? 0 : 3000))
                try await Self.nightfall(onboarding)
            }
            try await onboarding.execute("select pg_stat_force_next_flush()")
            let share = try await onboarding.value(
                "select (100 * n_tup_hot_upd / n_tup_upd)::text from pg_stat_user_tables where relid = 'catalog.products'::regclass"
            )
            #expect((95...100).contains(Int(share ?? "") ?? 0))
        }
    }

    /// Waits until no transaction of the server, in whatever database, is older than the last load: until then its former images may keep
    /// their room.
    private static func nightfall(_ onboarding: Onboarding) async throws {
        let load = try await onboarding.value("select pg_current_xact_id()::text")
        try await eventually(within: .seconds(60)) {
            try await onboarding.value(
                "select (pg_snapshot_xmin(pg_current_snapshot()) > \(load)::text::xid8)::text") == "true"
        }
    }
}
