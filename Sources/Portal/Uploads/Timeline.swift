import Foundation
import HTML
import Postgres

/// A line of the timeline.
struct TimelineEntry: Sendable {
    /// RFC 3339, UTC.
    let at: String
    let event: String
    let detail: [String: String]

    init(_ row: Row) throws {
        (at, event) = (try row.get("at"), try row.get("event"))
        let json = try row.get("detail", as: String.self)
        // A value that is nothing is left out by PostgreSQL's word for it.
        detail = try JSONDecoder().decode([String: String?].self, from: Data(json.utf8)).compactMapValues(\.self)
    }
}

/// What happened to an upload, in order.
struct Timeline: Component {
    let entries: [TimelineEntry]

    var body: HTML {
        section(.class("card")) {
            h2 { Texts.history }
            ol(.class("timeline")) {
                for entry in entries {
                    li {
                        Moment(at: entry.at)
                        span { Texts.timeline(entry.event, entry.detail) }
                    }
                }
            }
        }
    }
}
