import Foundation
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Intake
@testable import Storage

/// Where the results of objects go.
@Suite(.timeLimit(.minutes(5))) struct EnrichmentIntakeTests {
    private static func route(_ enrichment: Enrichment, _ prefix: String, _ bucket: String = "in") async throws {
        try await enrichment.pool.transaction {
            try $0.addRoute(
                Route(
                    bucket: bucket, prefix: prefix, pipeline: "enrich",
                    options: RouteOptions(EnrichmentIntake.Options(providers: ["mock"]))))
        }
    }

    /// Puts a list into a bucket and announces it.
    private static func drop(
        _ enrichment: Enrichment, _ key: String, _ count: Int, into bucket: String = "in"
    ) async throws -> String {
        let store = try enrichment.resources.stores.store(bucket: bucket)
        let path = try enrichment.folder.write(Enrichment.contacts(count), to: "staged")
        try await store.put(key, contentsOf: path)
        let info = try #require(try await store.head(key))
        let outcome = try await enrichment.pool.transaction {
            try $0.record(.make(bucket: bucket, key: key, etag: info.etag), Pipelines([EnrichmentIntake()]))
        }
        return try #require(outcome.id("request_id"))
    }

    private static func lines(_ key: String, _ enrichment: Enrichment) throws -> Int {
        try String(contentsOfFile: enrichment.output.path(of: key), encoding: .utf8).split(separator: "\r\n").count
    }

    private static func block(until time: String, _ enrichment: Enrichment) async throws {
        _ = try await enrichment.value(
            """
            update enrichment.buckets set blocked_until = least(now() + interval '1 hour', \(time)::timestamptz) returning provider
            """)
    }

    @Test("Lists of one name from two routes, or two buckets, have results of their own")
    func places() async throws {
        try await Enrichment.with { enrichment in
            for (prefix, bucket) in [("raw/", "in"), ("leads/", "in"), ("raw/", "other")] {
                try await Self.route(enrichment, prefix, bucket)
            }
            let requests = [
                try await Self.drop(enrichment, "raw/list.csv", 1),
                try await Self.drop(enrichment, "leads/list.csv", 2),
                try await Self.drop(enrichment, "raw/list.csv", 3, into: "other"),
            ]
            let keys = ["enhanced/list.csv", "enhanced/leads/list.csv", "enhanced/other/raw/list.csv"]
            for (number, (id, key)) in zip(requests, keys).enumerated() {
                let request = try await enrichment.finish(id)
                #expect(request.status == .completed && request.outputKey == key)
                #expect(try Self.lines(key, enrichment) == number + 2)
            }
        }
    }

    @Test("An older list that ends after a newer one of its name is written beside it")
    func newestWins() async throws {
        try await Enrichment.with { enrichment in
            try await Self.route(enrichment, "raw/")
            // Nobody may be asked for an hour, so that its only batch waits for so long.
            try await Self.block(until: "infinity", enrichment)
            let older = try await Self.drop(enrichment, "raw/list.csv", 5)
            try await enrichment.working {
                try await eventually {
                    try await enrichment.value(
                        "select count(*) from jobs.jobs where kind = 'enrich.batch' and run_at > now() + interval '30 minutes'"
                    ) == "1"
                }
            }
            try await Self.block(until: "-infinity", enrichment)
            let newer = try await Self.drop(enrichment, "raw/list.csv", 7)
            #expect(try await enrichment.finish(newer).outputKey == "enhanced/list.csv")
            _ = try await enrichment.value(
                "update jobs.jobs set run_at = now() where kind = 'enrich.batch' returning job_id")
            let request = try await enrichment.finish(older)
            #expect(request.status == .completed && request.outputKey == "enhanced/\(older).csv")
            #expect(try Self.lines("enhanced/list.csv", enrichment) == 8)
            #expect(try Self.lines(request.outputKey, enrichment) == 6)
        }
    }

    @Test("A route says what its lists are enriched with, and what it cannot mean is refused")
    func options() throws {
        let intake = EnrichmentIntake()
        let given = [
            "providers": ["a", "b"], "fields": ["contact", "company"], "minConfidence": ["0.7"], "require": ["phone"],
            "columns": ["email=Mail 2"], "confidence": ["true"],
        ]
        let options = try intake.options(given).decoded(as: EnrichmentIntake.Options.self).enrichment
        #expect(
            options
                == EnrichmentOptions(
                    providers: ["a", "b"], groups: [.contact, .company], minimumConfidence: 0.7, required: ["phone"],
                    columns: ["email": "Mail 2"], showsConfidence: true))
        for (name, value) in [
            ("fields", "person"), ("minConfidence", "2"), ("columns", "mail=x"), ("columns", "email"),
            ("mode", "upsert"),
        ] {
            #expect(throws: RouteOptionError.self, "\(name)") { try intake.options([name: [value]]) }
        }
    }
}
