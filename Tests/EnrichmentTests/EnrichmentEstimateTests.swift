import Foundation
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Storage
@testable import Tabular

/// What a list costs is known before.
@Suite(.timeLimit(.minutes(5))) struct EnrichmentEstimateTests {
    private static func estimate(
        _ enrichment: Enrichment, _ list: String, _ options: EnrichmentOptions
    ) async throws -> EnrichmentEstimate {
        try await enrichment.pipeline.estimate(options, try ContactSpool.read(TextSource(list), limits: .init()))
    }

    @Test("An estimate is what is then spent, counts what is remembered, asks nobody and keeps nothing")
    func exactness() async throws {
        try await Enrichment.with([.mock("mock", #"{"matchPercent": 100}"#)]) { enrichment in
            // Some of them twice, and one of whom nobody can be asked.
            let list =
                Enrichment.contacts(130)
                + Enrichment.contacts(20).split(separator: "\n").dropFirst().joined(separator: "\n") + "\n,,,\nA,,,\n"
            let options = EnrichmentOptions(providers: ["mock"], groups: [.contact])
            let before = try await Self.estimate(enrichment, list, options)
            #expect(before.records == 151)
            for table in ["requests", "records", "calls", "batches"] {
                #expect(try await enrichment.value("select count(*) from enrichment.\(raw: table)") == "0")
            }
            let (request, _) = try await enrichment.run(list)
            let usage = try await enrichment.pool.run { try $0.enrichmentUsage(request.requestID) }
            #expect(
                before.providers == [
                    .init(provider: "mock", questions: 130, calls: usage.calls, credits: usage.credits)
                ])
            let after = try await Self.estimate(enrichment, list, options)
            #expect(after.providers == [.init(provider: "mock", remembered: 130)])
            let fresh = try await Self.estimate(
                enrichment, list, EnrichmentOptions(providers: ["mock"], groups: [.contact], refresh: true))
            #expect(fresh.providers == before.providers)
        }
    }

    @Test("Of a waterfall each provider may be asked what those before it may not know")
    func waterfall() async throws {
        try await Enrichment.with([.mock("a", #"{"matchPercent": 50}"#), .mock("b")]) { enrichment in
            let options = EnrichmentOptions(providers: ["b", "a"], groups: [.contact, .company])
            let estimate = try await Self.estimate(enrichment, Enrichment.contacts(30), options)
            #expect(estimate.providers.map(\.provider) == ["b", "a"])
            #expect(estimate.providers.allSatisfy { $0.questions == 60 && $0.calls == 4 && $0.credits == 60 })
            let (_, _) = try await enrichment.run(Enrichment.contacts(30), providers: ["a"])
            let found = try #require(
                try await enrichment.value("select count(*) from enrichment.results where outcome = 'match'").flatMap {
                    Int($0)
                })
            let rest = try await Self.estimate(
                enrichment, Enrichment.contacts(30), EnrichmentOptions(providers: ["a", "b"], groups: [.contact]))
            #expect(rest.providers.map(\.remembered) == [30, 0] && rest.providers.map(\.questions) == [0, 30 - found])
        }
    }

    @Test("A trial reads the first records only, of a table and of JSON", arguments: [true, false])
    func trial(_ isTable: Bool) async throws {
        let list =
            isTable
            ? Enrichment.contacts(150)
            : "[" + (0..<150).map { #"{"email": "p\#($0)@example.com"}"# }.joined(separator: ",") + "]"
        try await Enrichment.with { enrichment in
            let options = EnrichmentOptions(providers: ["mock"], groups: [.contact], limit: 10)
            #expect(try await Self.estimate(enrichment, list, options).records == 10)
            let spool = try ContactSpool.read(TextSource(list), limits: .init())
            let new = NewEnrichment(source: .api, options: options, format: .ndjson)
            _ = try await enrichment.pipeline.create(new, spool, reusing: false)
            let request = try await enrichment.finish(new.requestID)
            #expect(request.status == .completed && request.totalRecords == 10)
            let output = try String(contentsOfFile: enrichment.output.path(of: request.outputKey), encoding: .utf8)
            let lines = output.split(separator: "\n")
            #expect(lines.count == 10 && lines[9].contains("p9@example.com"))
        }
    }
}
