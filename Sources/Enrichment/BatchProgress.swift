/// What a round of a batch brought, and what stands in the way of those that were not asked.
struct BatchProgress {
    /// A try that failed at a provider.
    struct Failure {
        var delay: Duration?
        var reason: String
    }

    var hasMoved = false
    private(set) var wait: Duration?
    private(set) var reason: String?
    private(set) var cause = EnrichmentWait.Cause.question
    private(set) var failure: Failure?

    mutating func wait(_ duration: Duration, _ reason: String?, _ cause: EnrichmentWait.Cause) {
        guard duration >= wait ?? .zero else { return }
        (wait, self.reason, self.cause) = (duration, reason, cause)
    }

    mutating func fail(_ delay: Duration?, _ reason: String) { failure = Failure(delay: delay, reason: reason) }
}
