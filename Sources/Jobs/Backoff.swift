/// How long a failed job waits: exponential with full jitter, so that a crowd of failures does not come back as a crowd.
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
package struct Backoff: Sendable {
    /// Upper bound after the first failure.
    package var base: Duration
    /// Upper bound after any.
    package var cap: Duration

    /// - Parameters: bounds of the random delay.
    package init(base: Duration = .seconds(2), cap: Duration = .seconds(600)) {
        self.base = base
        self.cap = cap
    }

    /// The longest delay after an attempt, counted from 1.
    package func bound(afterAttempt attempt: Int) -> Duration {
        // Doubling 30 times exceeds any sensible cap; more would overflow.
        min(cap, base * (1 << min(30, max(0, attempt - 1))))
    }

    /// - Parameter fraction: a random number from 0 to 1.
    /// - Returns: between 0 and the bound.
    package func delay(afterAttempt attempt: Int, fraction: Double) -> Duration {
        bound(afterAttempt: attempt) * fraction
    }
}
