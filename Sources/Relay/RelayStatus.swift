/// An object that is in no archive, or was refused at least once.
package struct RelayMissingObject: Sendable, Codable {
    /// Begin of its window, ISO 8601.
    package var window: String
    package var bucket: String
    package var key: String
    /// Version id of a versioned bucket, else the ETag.
    package var version: String
    /// `waiting` while it is tried again.
    package var state: String
    package var tries: Int
    package var problem: String?
}

/// How the relay stands.
package struct RelayStatus: Sendable, Codable {
    package var states: [StateCount]
    /// Names of which windows are complete and not done.
    package var waiting: [Waiting]
    package var pace: Pace
    package var missing: Int
    /// What the newest window that failed said; nil if none waits because of a failure.
    package var lastError: String?
    package var alerts: [RelayAlert]

    /// How fast objects come and go.
    package struct Pace: Sendable, Codable, Equatable {
        /// Objects a second, within the last hour.
        package var arrivingPerSecond: Double
        /// Objects a second, of windows that were done within the last ten minutes.
        package var deliveredPerSecond: Double
        /// In windows that are complete and not done.
        package var waiting: Int
        /// Until nothing waits any more, if both go on; nil if nothing waits, or ever more will.
        package var secondsLeft: Double?

        init(arriving: Double, delivered: Double, waiting: Double) {
            arrivingPerSecond = arriving
            deliveredPerSecond = delivered
            self.waiting = Int(waiting)
            if waiting > 0, delivered > arriving { secondsLeft = waiting / (delivered - arriving) }
        }
    }

    /// Windows of one name and target that are complete and not done.
    package struct Waiting: Sendable, Codable, Equatable {
        /// Empty: of all routes without a name.
        package var name: String
        /// Where they go; empty: the target without a name.
        package var target: String
        package var windows: Int
        package var objects: Int
        /// Since the end of the oldest, in seconds.
        package var oldestSeconds: Double
        /// `source`, `target` or `repair` after a failure, of the one that failed last.
        package var waitsFor: String?
        /// What that one said.
        package var lastError: String?
    }

    /// Windows of one state.
    package struct StateCount: Sendable, Codable {
        package var state: String
        package var windows: Int
        package var objects: Int
        package var bytes: Int
        package var archives: Int
        /// Begin of the oldest window, ISO 8601.
        package var oldest: String?
        /// Since the end of the oldest, in seconds; of windows under way only.
        package var oldestSeconds: Double?
    }
}
