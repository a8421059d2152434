import Enrichment
import Jobs
import Threads

/// So many requests a second for each caller, and as many again at once after a pause.
final class RequestLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: ContinuousClock.Instant
    }

    private static let mostRemembered = 10_000

    private let perSecond: Double
    private let buckets = Locked<[String: Bucket]>([:])

    init(perSecond: Int) {
        self.perSecond = Double(perSecond)
    }

    private var capacity: Double { perSecond * 2 }

    /// Counts a request.
    /// - Returns: nil if it may go on; else the seconds to wait.
    func wait(_ subject: String, at now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            if buckets.count > Self.mostRemembered { forgetFull(&buckets, now) }
            var bucket = buckets[subject] ?? Bucket(tokens: capacity, at: now)
            bucket.tokens = filled(bucket, now)
            bucket.at = now
            defer { buckets[subject] = bucket }
            guard bucket.tokens >= 1 else { return Int(((1 - bucket.tokens) / perSecond).rounded(.up)) }
            bucket.tokens -= 1
            return nil
        }
    }

    private func filled(_ bucket: Bucket, _ now: ContinuousClock.Instant) -> Double {
        min(capacity, bucket.tokens + (now - bucket.at).seconds * perSecond)
    }

    /// A full bucket says as much as none.
    private func forgetFull(_ buckets: inout [String: Bucket], _ now: ContinuousClock.Instant) {
        buckets = buckets.filter { filled($0.value, now) < capacity }
    }
}
