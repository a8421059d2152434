/// Whom to ask next for one field group of one record. Pure.
///
/// Providers are asked in order until one gives a match with enough confidence; if none does, the best match counts. If fields are required
/// that it lacks, whoever may have them is asked for these. One that cannot be asked is passed over, and why is kept.
struct Waterfall: Sendable {
    /// What a provider said.
    struct Choice: Equatable {
        var provider: String
        var hash: InputHash
        var isMatch: Bool
        var confidence: Double
        var isCached: Bool
        /// Required fields that it gave.
        var fields: Set<String> = []
    }

    /// A provider that said nothing.
    struct Omission: Equatable {
        var provider: String
        var reason: String
        /// Asked another time it may say something.
        var isWorthRetrying: Bool
    }

    private let providers: [String]
    private let minimumConfidence: Double
    /// Fields that are not to be missing, each with those who may have it.
    private let required: [String: [String]]
    private var next = 0
    private(set) var best: Choice?
    /// Matches that have what the best one lacks, in the order in which they came.
    private(set) var supplements: [Choice] = []
    private(set) var omissions: [Omission] = []

    init(_ providers: [String], minimumConfidence: Double, required: [String: [String]] = [:]) {
        self.providers = providers
        self.minimumConfidence = minimumConfidence
        self.required = required
    }

    /// Who is to be asked now; nil if it is decided.
    var provider: String? { place(from: next).map { providers[$0] } }

    /// Whether somebody else can be asked instead of who is to be asked now.
    var hasAlternative: Bool { place(from: next).flatMap { place(from: $0 + 1) } != nil }

    /// Whether a retry may find more.
    var isIncomplete: Bool {
        (!isSufficient || !missing.isEmpty) && omissions.contains(where: \.isWorthRetrying)
    }

    private var isSufficient: Bool { best.map(isSufficient) ?? false }

    private func isSufficient(_ choice: Choice) -> Bool { choice.isMatch && choice.confidence >= minimumConfidence }

    /// Required fields that nobody gave.
    private var missing: Set<String> {
        supplements.reduce(Set(required.keys).subtracting(best?.fields ?? [])) { $0.subtracting($1.fields) }
    }

    /// Of the first from there on who may say something that is not known.
    private func place(from start: Int) -> Int? {
        guard isSufficient else { return start < providers.count ? start : nil }
        let able = Set(missing.flatMap { required[$0] ?? [] })
        return able.isEmpty ? nil : (start..<max(start, providers.count)).first { able.contains(providers[$0]) }
    }

    /// Takes the answer of the provider that was to be asked.
    mutating func take(_ choice: Choice) {
        next = (place(from: next) ?? next) + 1
        guard let best else { return self.best = choice }
        guard !isSufficient else {
            if isSufficient(choice), !choice.fields.isDisjoint(with: missing) { supplements.append(choice) }
            return
        }
        let isBetter = choice.isMatch && (!best.isMatch || choice.confidence > best.confidence)
        if isBetter || !best.isMatch { self.best = choice }
    }

    /// The provider that was to be asked says nothing of this input.
    mutating func passOver(because reason: String, isWorthRetrying: Bool) {
        let place = place(from: next) ?? next
        omissions.append(Omission(provider: providers[place], reason: reason, isWorthRetrying: isWorthRetrying))
        next = place + 1
    }

    /// Why whoever was passed over said nothing; nil if nobody was.
    var note: String? {
        omissions.isEmpty ? nil : omissions.map(\.reason).joined(separator: "; ")
    }
}
