import HTML

/// A time: UTC as it is written, the reader's own where scripts run.
struct Moment: Component {
    /// RFC 3339, UTC.
    let at: String

    var body: HTML {
        let seconds = at.prefix(19).replacing("T", with: " ")
        element("time", [.named("datetime", at), .title("\(seconds) UTC")]) { "\(seconds.prefix(16)) UTC" }
    }
}
