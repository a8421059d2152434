/// What an operator should know: a row of `relay.alerts`.
package struct RelayAlert: Sendable, Codable, Equatable {
    package var kind: String
    /// Of alerts about one window.
    package var window: String?
    package var detail: String
    package var raisedAt: String

    /// What the upkeep finds out by itself.
    enum Kind: String { case backlog, age }
}

/// How much waits.
struct RelayBacklog: Equatable {
    var windows: Int
    /// The time that the waiting windows span together.
    var seconds: Double
    /// Since the oldest was sealed; 0 if none waits.
    var ageSeconds: Double

    /// Which alerts are true, and why.
    func alerts(_ settings: RelaySettings) -> [RelayAlert.Kind: String] {
        var alerts: [RelayAlert.Kind: String] = [:]
        if Duration.seconds(seconds) > settings.backlogBound {
            alerts[.backlog] = "\(windows) windows wait, \(Int(seconds)) s of data"
        }
        if Duration.seconds(ageSeconds) > settings.ageBound {
            alerts[.age] = "the oldest of \(windows) windows has waited for \(Int(ageSeconds)) s"
        }
        return alerts
    }
}
