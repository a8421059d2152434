/// What a request has cost so far, and what it did not.
package struct EnrichmentUsage: Sendable, Codable, Equatable {
    package var calls: Int
    package var credits: Int
    /// Calls of which nobody knows whether they were made: a crash, or a lost connection.
    package var unknownCalls: Int
    /// Inputs that were not asked for again.
    package var savedInputs: Int
    /// Matches among them.
    package var savedCredits: Int
}
