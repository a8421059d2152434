import Jobs
import Postgres

/// No window takes arrivals: whoever sent the event shall try again.
struct NoOpenWindow: Error, CustomStringConvertible {
    var description: String { "no window of the relay takes arrivals: did the database's clock go back?" }
}

extension Session {
    /// Puts an object into the window that is open now; opens one, and schedules its end, if none is. Late arrivals are
    /// arrivals of now. Needs a transaction: until it ends the window is not sealed.
    func beginRelay(_ event: ObjectEvent, window length: Duration) throws -> ArrivalOutcome {
        let opensAt = try joinWindow(length)
        try execute(RelayMember.insert(event, opensAt))
        return .collected(window: opensAt.description)
    }

    private func joinWindow(_ length: Duration) throws -> WindowTime {
        // Between the two statements a window may end, or somebody else may open one.
        for _ in 0..<1000 {
            if let row = try first(RelayWindow.join) { return try RelayWindow(row).opensAt }
            // First, because it wants a lock on the windows that whoever opens one at the same moment holds too.
            try execute(RelayWindow.ensurePartitions)
            guard let row = try first(RelayWindow.open(length: length)) else { continue }
            let opensAt = try RelayWindow(row).opensAt
            try enqueue(RelayJob.seal(opensAt, in: .seconds(row.get("seconds_left", as: Double.self))))
        }
        throw NoOpenWindow()
    }
}
