import API
import Catalog
import Enrichment
import HTML
import Testing

@testable import Jobs
@testable import Portal
@testable import Relay

/// Pages of operators and auditors as functions from what they hold to HTML.
struct StaffViewTests {
    private static func job(_ state: String, error: String) -> JobRecord {
        JobRecord(
            jobID: 7, queue: "notify", kind: "k", state: state, attempt: 10, maxAttempts: 10,
            payload: "{\"a\": \"<b>\"}", lastError: error, createdAt: "2026-01-02T03:04:05Z",
            runAt: "2026-01-02T03:04:05Z",
            failures: [.init(at: "2026-01-02T03:04:05Z", attempt: 1, worker: "w", error: error)])
    }

    private static func list(_ filter: JobFilter, mayWrite: Bool, hasMore: Bool = true) -> String {
        JobListView(
            filter: filter, jobs: [job("dead", error: "<i>no</i>")], queues: ["notify"], hasMore: hasMore,
            isFirst: true,
            news: nil, mayWrite: mayWrite
        ).body.text()
    }

    @Test(
        "The filter stands in every link of the list, escaped; only operators, and only of failed jobs, touch all that match"
    )
    func jobs() {
        let text = Self.list(JobFilter(state: "dead", error: "a&b"), mayWrite: true)
        #expect(text.contains("/ops/jobs?state=dead&amp;error=a%26b&amp;before=7"))
        #expect(text.contains("/ops/confirm?error=a%26b&amp;action=retry") && text.contains("&lt;i&gt;no&lt;/i&gt;"))
        #expect(!Self.list(JobFilter(state: "dead"), mayWrite: false).contains("/ops/confirm"))
        #expect(!Self.list(JobFilter(), mayWrite: true).contains("/ops/confirm"))
        #expect(!Self.list(JobFilter(), mayWrite: true, hasMore: false).contains("before="))
        for (state, mayWrite, buttons) in [("dead", true, 2), ("dead", false, 0), ("running", true, 0)] {
            let page = JobView(job: Self.job(state, error: "x"), mayWrite: mayWrite).body.text()
            #expect(
                page.split(separator: "<button", omittingEmptySubsequences: false).count - 1 == buttons,
                "\(state) \(mayWrite)")
        }
    }

    @Test("A confirmation says how many, and has a button only if there are any")
    func confirmation() {
        let filter = JobFilter(queue: "notify")
        let some = JobConfirmView(filter: filter, action: "retry", count: 10_000, newest: 4).body.text()
        #expect(some.contains("Retry 10,000 failed jobs?") && some.contains("name=\"through\" value=\"4\""))
        #expect(!JobConfirmView(filter: filter, action: "retry", count: 0, newest: 0).body.text().contains("<button"))
    }

    @Test("A day has 1,440 cells, each with the tone of its window; a verified one with missing objects is marked")
    func day() {
        let windows = [
            RelayDayWindow(minute: 0, minutes: 1, state: "verified", objects: 1, missing: 0, waitsFor: nil),
            RelayDayWindow(minute: 5, minutes: 2, state: "lost", objects: 1, missing: 0, waitsFor: nil),
            // Of another name: what is worse is seen.
            RelayDayWindow(minute: 5, minutes: 1, state: "verified", objects: 1, missing: 0, waitsFor: nil),
            RelayDayWindow(minute: 1439, minutes: 9, state: "verified", objects: 1, missing: 3, waitsFor: nil),
        ]
        let text = RelayDayView(day: "2026-02-01", windows: windows).body.text()
        let cells = text.matches(of: /<path class="([a-z]+)" d="([^"]*)"/).reduce(into: [String: [Substring]]()) {
            $0[String($1.1)] = $1.2.split(separator: "z")
        }
        #expect(cells["good"] == ["M60 0h9v9h-9"] && cells["warn"] == ["M650 230h9v9h-9"])
        #expect(cells["bad"] == ["M110 0h9v9h-9", "M120 0h9v9h-9"] && cells["track"]?.count == 1436)
    }

    @Test("A sparkline fits its highest value, and shows the smallest one that is there")
    func sparkline() {
        let text = Sparkline(values: [0, 1, 1000], words: "x").body.text()
        #expect(text.matches(of: /height="([0-9]+)"/).map { String($0.1) } == ["1", "20"])
    }

    @Test("A moment is taken as browsers and programs write it, and nothing else")
    func moment() throws {
        for text in ["2026-03-01T12:30", "2026-03-01T12:30:00", "2026-03-01T12:30:00Z"] {
            let moment = try PastMoment(text, of: "asOf")
            #expect(moment.text == "2026-03-01T12:30:00Z" && moment.minus(minutes: 31).field == "2026-03-01T11:59:00")
        }
        for text in ["", "now", "2026-03-01", "2026-13-01T12:30"] {
            #expect(throws: Problem.self) { try PastMoment(text, of: "asOf") }
        }
    }
}
