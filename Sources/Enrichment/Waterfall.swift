/// Whom to ask next for one field group of one record. Pure.
///
/// Providers are asked in order until one gives a match with enough confidence; if none does, the best match counts.
struct Waterfall {
    /// What stands for the group at the end.
    struct Choice: Equatable {
        var provider: String
        var hash: InputHash
        var isMatch: Bool
        var confidence: Double
        var isCached: Bool
    }

    private let providers: [String]
    private let minimumConfidence: Double
    private var next = 0
    private(set) var best: Choice?

    init(_ providers: [String], minimumConfidence: Double) {
        self.providers = providers
        self.minimumConfidence = minimumConfidence
    }

    /// Who is to be asked now; nil if it is decided.
    var provider: String? {
        if let best, best.isMatch, best.confidence >= minimumConfidence { return nil }
        return next < providers.count ? providers[next] : nil
    }

    /// Takes the answer of the provider that was to be asked.
    mutating func take(_ choice: Choice) {
        next += 1
        guard let best else { return self.best = choice }
        let isBetter = choice.isMatch && (!best.isMatch || choice.confidence > best.confidence)
        if isBetter || !best.isMatch { self.best = choice }
    }

    /// The provider says nothing of this input.
    mutating func skip() { next += 1 }
}
