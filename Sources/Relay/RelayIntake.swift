package import Intake
import Jobs
package import Postgres

/// Puts objects into the window of their route that is open when they arrive.
package struct RelayIntake: Pipeline {
    package static let name = "relay"

    package var name: String { Self.name }
    private let window: Duration
    private let targets: Set<String>?
    private let largestArchive: Int?

    /// - Parameters:
    ///   - window: how long a window takes arrivals, unless its route says.
    ///   - targets: names that routes may give; nil in a process that does not relay: others know.
    ///   - largestArchive: bytes that no route may exceed; nil likewise.
    package init(window: Duration, targets: Set<String>? = nil, largestArchive: Int? = nil) {
        self.window = window
        self.targets = targets
        self.largestArchive = largestArchive
    }

    package func options(_ given: [String: [String]]) throws -> RouteOptions {
        try RouteOptions(RelayRoute(given, targets: targets, largest: largestArchive))
    }

    /// Late arrivals are arrivals of now. Until the transaction ends the window is not sealed.
    package func begin(_ event: ObjectEvent, below route: Route, _ session: Session) throws -> ArrivalOutcome {
        let new = try route.options.decoded(as: RelayRoute.self).newWindow(length: window)
        guard try !session.isArchive(event.key, of: new.target) else {
            return .ignored(reason: "an archive of the relay, which would go to where it is")
        }
        let opensAt = try session.joinWindow(new)
        try session.execute(RelayMember.insert(event, opensAt))
        return .accepted("window", opensAt.description)
    }
}

/// No window takes arrivals: whoever sent the event shall try again.
struct NoOpenWindow: Error, CustomStringConvertible {
    var description: String { "no window of the relay takes arrivals: did the database's clock go back?" }
}

extension Session {
    /// Whether it is what we have delivered to a target: a route that takes in its own target would relay for ever.
    fileprivate func isArchive(_ key: String, of target: String) throws -> Bool {
        guard key.hasSuffix(".tar.gz") || key.hasSuffix(".tar.zst") else { return false }
        return try first(RelayArchive.find(key, of: target)) != nil
    }

    /// The window that is open now; opens one, and schedules its end, if none is.
    fileprivate func joinWindow(_ new: NewWindow) throws -> WindowTime {
        // Between the two statements a window may end, or somebody else may open one.
        for _ in 0..<1000 {
            if let row = try first(RelayWindow.join(new)) { return try RelayWindow(row).opensAt }
            guard let row = try first(RelayWindow.open(new)) else { continue }
            let opensAt = try RelayWindow(row).opensAt
            try enqueue(RelayJob.seal(opensAt, in: .seconds(row.get("seconds_left", as: Double.self))))
        }
        throw NoOpenWindow()
    }
}
