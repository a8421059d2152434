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
    /// At most.
    var credits: Int
}
