package import Foundation
import Threads

/// A clock that a test moves.
package final class TestClock: Sendable {
    private let time: Locked<Date>

    /// - Parameter start: by default a Sunday in March 2026, at noon.
    package init(_ start: Date = Date(timeIntervalSince1970: 1_772_366_400)) {
        time = Locked(start)
    }

    /// What it shows.
    package var now: Date { time.withLock { $0 } }

    /// Moves it on.
    package func advance(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }

    /// What it will show then.
    package func after(_ seconds: TimeInterval) -> Date { now.addingTimeInterval(seconds) }
}
