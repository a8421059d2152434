/// A question and what identifies it.
struct Question: Sendable {
    var hash: InputHash
    var input: ProviderInput
}

/// Questions of a batch to one provider: those that nobody has answered become calls.
struct WantedAnswers: Sendable {
    var questions: [Question]
    /// Earlier answers are not good enough; nil takes all.
    var freshSince: String?
    /// Of the provider's settings: answers to others are not good enough; nil takes all.
    var settingsHash: Int?
    /// Of these it is told whether an answer has them.
    var fields: [String] = []
    /// Makes calls of what is not answered.
    var calls: @Sendable ([Question]) -> [PlannedCall]
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

    /// What it costs at most.
    var credits: Int { creditsEach * questions.count }
}
