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
    /// Of targets of which nobody takes any.
    var untaken: [Untaken] = []

    /// Windows of a target, handed out long ago.
    struct Untaken: Equatable {
        /// Empty: that without a name.
        var target: String
        var windows: Int
        var isPaused: Bool
    }

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
        if !untaken.isEmpty { alerts[.workers] = untaken.map(\.text).joined(separator: "; ") }
        return alerts
    }
}

extension RelayBacklog.Untaken {
    fileprivate var text: String {
        "\(windows) windows wait, and nobody takes them: "
            + (isPaused
                ? "catalog jobs resume \(RelayJob.queue(of: target))"
                : "is a worker with \(UnknownTarget.variable(of: target)) running?")
    }
}
