/// A question and what identifies it.
struct Question: Sendable {
    var hash: InputHash
    var input: ProviderInput
}

/// A call that somebody wants to make.
struct PlannedCall: Sendable {
    var capability: Capability
    var questions: [Question]
    var requestID: String
    var batchNumber: Int
    var attempt: Int
    /// What each question costs at most.
    var creditsEach: Int
    /// A provider that stopped before this moment is asked all the same; nil does not.
    var since: String?
    /// Earlier answers are not good enough; nil takes all.
    var freshSince: String?
    /// Of the provider's settings.
    var settingsHash: Int?

    /// What it costs at most.
    var credits: Int { creditsEach * questions.count }
}
