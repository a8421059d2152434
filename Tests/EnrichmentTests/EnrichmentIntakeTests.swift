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
                try await enrichment.route(prefix, bucket)
            }
            let requests = [
                try await enrichment.drop("raw/list.csv", 1),
                try await enrichment.drop("leads/list.csv", 2),
                try await enrichment.drop("raw/list.csv", 3, into: "other"),
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
            try await enrichment.route("raw/")
            // Nobody may be asked for an hour, so that its only batch waits for so long.
            try await Self.block(until: "infinity", enrichment)
            let older = try await enrichment.drop("raw/list.csv", 5)
            try await enrichment.working {
                try await eventually {
                    try await enrichment.value(
                        "select count(*) from jobs.jobs where kind = 'enrich.batch' and run_at > now() + interval '30 minutes'"
                    ) == "1"
                }
            }
            try await Self.block(until: "-infinity", enrichment)
            let newer = try await enrichment.drop("raw/list.csv", 7)
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
