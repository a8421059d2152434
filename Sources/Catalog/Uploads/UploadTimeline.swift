package import Postgres

/// Lines of an upload's timeline that are written together at the end of a transaction, each with the moment at which it happened.
package final class UploadTimeline {
    private var lines: [(event: UploadEvent, at: ContinuousClock.Instant)] = []

    /// Empty.
    package init() {}

    /// Notes that something happens now.
    package func add(_ event: UploadEvent) { lines.append((event, .now)) }

    /// By the server's clock: a line says how long ago it happened.
    fileprivate func statement(_ uploadID: String) -> Statement {
        let now = ContinuousClock.now
        let ages = lines.map { line in
            let age = (now - line.at).components
            return String(Double(age.seconds) + Double(age.attoseconds) * 1e-18)
        }
        return Upload.addEvents(
            uploadID, lines.map(\.event.name), details: lines.map(\.event.detailJSON), ages: ages)
    }
}

extension Session {
    /// Adds lines to the timeline of an upload, in one statement.
    package func write(_ timeline: UploadTimeline, of uploadID: String) throws {
        try executeLater(timeline.statement(uploadID).prepared())
    }
}
