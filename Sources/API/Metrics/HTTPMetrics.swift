import Jobs
import Threads

/// Requests since the start, by method, path and status, and how long they took.
final class HTTPMetrics: Sendable {
    /// Upper bounds of the histogram, in seconds.
    static let bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

    struct Key: Hashable {
        var method: String
        var path: String
    }

    struct Series {
        /// By status.
        var requests: [Int: Int] = [:]
        /// By bound, not yet added up; the last is beyond all.
        var durations = Array(repeating: 0, count: HTTPMetrics.bounds.count + 1)
        var seconds = 0.0
    }

    private let state = Locked<[Key: Series]>([:])

    func count(method: String, path: String, status: Int, took: Duration) {
        let seconds = took.seconds
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state[Key(method: method, path: path), default: Series()].add(status, bucket, seconds)
        }
    }

    /// All series, by path and method.
    var series: [(Key, Series)] {
        state.withLock { state in
            state.sorted { ($0.key.path, $0.key.method) < ($1.key.path, $1.key.method) }.map { ($0.key, $0.value) }
        }
    }
}

extension HTTPMetrics.Series {
    fileprivate mutating func add(_ status: Int, _ bucket: Int, _ took: Double) {
        requests[status, default: 0] += 1
        durations[bucket] += 1
        seconds += took
    }
}
