import CoreMetrics
import Foundation
import Telemetry
import Testing

@testable import CatalogCLI

@Suite struct EmbeddedMetricValuesTests {
    private let registry = MetricRegistry.prepared(queues: ["enrich", "notify"])

    private func count(_ family: MetricFamily, _ values: [String], _ count: Int) {
        Counter(label: family.rawValue, dimensions: Array(zip(family.labels, values)), factory: registry).increment(
            by: count)
    }

    private func set(_ family: MetricFamily, _ values: [String], _ value: Double) {
        Meter(label: family.rawValue, dimensions: Array(zip(family.labels, values)), factory: registry).set(value)
    }

    private func object(since last: EmbeddedMetricValues.Counts) throws -> [String: Any] {
        let values = EmbeddedMetricValues(registry, .init(registry), since: last)
        let line = values.line(at: Date(timeIntervalSince1970: 1), "catalog/shop")
        #expect(!line.contains("\n"))
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("A quiet minute has ten series in the form that CloudWatch reads, all of them well")
    func quiet() throws {
        let object = try object(since: .init(registry))
        let head = try #require(object["_aws"] as? [String: Any])
        #expect(head["Timestamp"] as? Int == 1000)
        let directive = try #require((head["CloudWatchMetrics"] as? [[String: Any]])?.first)
        #expect(directive["Namespace"] as? String == "catalog/shop")
        #expect(directive["Dimensions"] as? [[String]] == [[]])
        let names = try #require(directive["Metrics"] as? [[String: String]]).compactMap { $0["Name"] }
        #expect(names.count == 10)
        for name in names where name != "CreditsLeft" { #expect(object[name] as? Double == 0, "\(name)") }
        #expect(object["CreditsLeft"] as? Double == 100)
        #expect(object["DeadTuples"] as? Double == 0 && object["PartitionsMissing"] as? Double == 0)
    }

    @Test("What happened before the minute does not count; what happened in it does")
    func busy() throws {
        count(.requests, ["GET /uploads", "500"], 7)
        let last = EmbeddedMetricValues.Counts(registry)
        count(.requests, ["GET /uploads", "200"], 97)
        count(.requests, ["GET /uploads", "503"], 3)
        count(.enrichmentCalls, ["mock", "refused"], 2)
        count(.enrichmentCalls, ["mock", "answered"], 9)
        set(.jobs, ["notify", "dead"], 2)
        set(.jobOldestAge, ["enrich"], 9000)
        set(.jobOldestAge, ["notify"], 130)
        set(.enrichmentCreditBudget, ["mock"], 200)
        set(.enrichmentCreditsLeft, ["mock"], 10)
        set(.enrichmentCreditBudget, ["naics"], .infinity)
        set(.enrichmentCreditsLeft, ["naics"], .infinity)
        let mails = Recorder(label: MetricFamily.mailDelay.rawValue, dimensions: [], aggregate: true, factory: registry)
        for seconds in [2.0, 3, 400] { mails.record(seconds) }
        let object = try object(since: last)
        for (name, value) in [
            ("ServerErrors", 3), ("EnrichmentErrors", 2), ("JobsDead", 2), ("OldestJobAge", 130), ("CreditsLeft", 5),
            ("MailDelay", 600), ("UploadDuration", 0),
        ] as [(String, Double)] { #expect(object[name] as? Double == value, "\(name)") }
    }
}
