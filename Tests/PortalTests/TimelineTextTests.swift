import Testing

@testable import Portal

@Suite struct TimelineTextTests {
    @Test("Every event of an upload is told in words, and how a verdict has changed in numbers")
    func words() {
        let events = [
            "announced", "queued", "started", "file.read", "mapped", "checked", "ruled", "missing.kept", "raced",
            "finished", "compared",
            "failed", "report.written", "report.given_up", "notified", "cancelled", "retried", "loaded",
            "undeliverable", "reverted",
            "reverts",
        ]
        for event in events { #expect(Texts.timeline(event, [:]) != event, "\(event)") }
        let changed = Texts.timeline("compared", ["rejectedSince": "1", "acceptedSince": "2000"])
        #expect(changed == "Judged otherwise than in the check: 1 row rejected, 2,000 rows accepted")
    }
}
