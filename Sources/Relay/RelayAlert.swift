/// What an operator should know: a row of `relay.alerts`.
package struct RelayAlert: Sendable, Codable, Equatable {
    package var kind: String
    /// Of alerts about one window.
    package var window: String?
    package var detail: String
    package var raisedAt: String

    /// What the upkeep finds out by itself.
    enum Kind: String, CaseIterable { case backlog, age, workers }
}

/// How much waits.
struct RelayBacklog: Equatable {
    var windows: Int
    /// The time that the waiting windows of a name span together, of the name with the most.
    var seconds: Double
    /// Since the oldest was sealed; 0 if none waits.
    var ageSeconds: Double
    /// Handed out long ago while nobody takes any.
    var untaken = 0
    var isPaused = false

    /// How long a window that was handed out waits for a worker that has nothing else to do.
    static let patience = Duration.seconds(60)

    /// Which alerts are true, and why.
    func alerts(_ settings: RelaySettings) -> [RelayAlert.Kind: String] {
        var alerts: [RelayAlert.Kind: String] = [:]
        if Duration.seconds(seconds) > settings.backlogBound {
            alerts[.backlog] = "\(windows) windows wait, \(Int(seconds)) s of data"
        }
        if Duration.seconds(ageSeconds) > settings.ageBound {
            alerts[.age] = "the oldest of \(windows) windows has waited for \(Int(ageSeconds)) s"
        }
        if untaken > 0 {
            alerts[.workers] =
                "\(untaken) windows wait, and nobody takes them: "
                + (isPaused ? "catalog jobs resume relay" : "is a worker with CATALOG_RELAY_TARGET running?")
        }
        return alerts
    }
}
