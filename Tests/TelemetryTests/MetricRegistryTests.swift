import CoreMetrics
import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(1))) struct MetricRegistryTests {
    private let registry = MetricRegistry()

    private func lines(_ name: String) -> [Substring] {
        registry.text.split(separator: "\n").filter { $0.hasPrefix(name) && !$0.hasPrefix("#") }
    }

    @Test("A counter that was prepared stands at 0 and counts up; others of its family come when they are needed")
    func counters() {
        registry.prepare(.intakeEvents, ["s3", "api"], ["accepted"])
        Counter(
            label: MetricFamily.intakeEvents.rawValue, dimensions: [("source", "s3"), ("result", "accepted")],
            factory: registry
        ).increment(by: 3)
        Counter(
            label: MetricFamily.intakeEvents.rawValue, dimensions: [("result", "seen"), ("source", "s3")],
            factory: registry
        ).increment()
        #expect(
            lines("catalog_intake_events_total") == [
                #"catalog_intake_events_total{source="api",result="accepted"} 0"#,
                #"catalog_intake_events_total{source="s3",result="accepted"} 3"#,
                #"catalog_intake_events_total{source="s3",result="seen"} 1"#,
            ])
    }

    @Test("Times add up from bound to bound, and what is beyond the last bound is in the last line")
    func histograms() {
        let name = MetricFamily.mailDelay.rawValue
        let recorder = Recorder(label: name, dimensions: [], aggregate: true, factory: registry)
        for seconds in [0.25, 1, 16, 1000] { recorder.record(seconds) }
        #expect(
            lines(name) == [
                "\(name)_bucket{le=\"1\"} 2", "\(name)_bucket{le=\"5\"} 2", "\(name)_bucket{le=\"15\"} 2",
                "\(name)_bucket{le=\"30\"} 3", "\(name)_bucket{le=\"60\"} 3", "\(name)_bucket{le=\"120\"} 3",
                "\(name)_bucket{le=\"300\"} 3", "\(name)_bucket{le=\"+Inf\"} 4", "\(name)_sum 1017.25",
                "\(name)_count 4",
            ])
    }

    @Test("What ends a label is escaped; numbers are whole where they can be, and infinite as Prometheus writes it")
    func numbers() {
        func credits(_ provider: String) -> Meter {
            Meter(
                label: MetricFamily.enrichmentCreditsLeft.rawValue, dimensions: [("provider", provider)],
                factory: registry)
        }
        credits("\"\\\n").set(0.25)
        credits("a\"\u{301}\r\n").set(0.5)
        credits("b").set(1_000_000.0)
        credits("c").set(Double.infinity)
        #expect(
            lines("catalog_enrichment_credits_left") == [
                #"catalog_enrichment_credits_left{provider="\"\\\n"} 0.25"#,
                "catalog_enrichment_credits_left{provider=\"a\\\"\u{301}\r\\n\"} 0.5",
                #"catalog_enrichment_credits_left{provider="b"} 1000000"#,
                #"catalog_enrichment_credits_left{provider="c"} +Inf"#,
            ])
    }

    @Test("Every family is in the text, and what a library measures under a name of its own is not")
    func families() {
        Counter(label: "somebody_elses_total", dimensions: [], factory: registry).increment()
        let text = registry.text
        for family in MetricFamily.allCases {
            #expect(text.contains("# TYPE \(family.rawValue) "))
            #expect(text.contains("# HELP \(family.rawValue) \(family.definition.help)\n"))
        }
        #expect(!text.contains("somebody_elses_total"))
    }

    @Test("Counts of many tasks at once are all there")
    func manyTasks() async {
        let counter = Counter(label: MetricFamily.relayBytes.rawValue, dimensions: [], factory: registry)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<10_000 { counter.increment(by: 2) } }
            }
        }
        #expect(lines("catalog_relay_bytes_total") == ["catalog_relay_bytes_total 160000"])
    }
}
