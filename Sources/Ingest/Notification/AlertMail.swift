/// What happened to alerts, for those who run the service.
struct AlertMail: Mail {
    let subject: String
    let body: String
    let attributes = ["kind": "alert"]

    init(_ changes: [AlertChange]) {
        let groups = [("raised", AlertChange.News.raised), ("still true", .repeated), ("over", .over)].map {
            name, news in
            (name: name, changes: changes.filter { $0.news == news })
        }.filter { !$0.changes.isEmpty }
        let counts = groups.map { "\($0.changes.count) \($0.name)" }.joined(separator: ", ")
        subject = "Catalog alerts: \(counts)"
        let sections = groups.map { group in
            (["\(group.name.prefix(1).uppercased())\(group.name.dropFirst()):"] + group.changes.map(Self.line)).joined(
                separator: "\n")
        }
        body = """
            \(sections.joined(separator: "\n\n"))

            What to do about each is in docs/operations/runbook.md. `catalog jobs status` and `catalog relay status` tell how things stand.

            """
    }

    private static func line(_ change: AlertChange) -> String {
        let window = change.window.map { ", window of \($0)" } ?? ""
        return "- \(change.source) \(change.kind)\(window), since \(change.raisedAt): \(change.detail)"
    }
}
