/// Finds the inputs for which a provider refuses calls: a call that is refused is asked again in halves, until one input is to blame.
struct Suspicion: Sendable {
    /// This many inputs refused alone, and none answered: the provider refuses all.
    private static let mostBlamed = 5

    private var suspects: [String: [[InputHash]]] = [:]
    private var blamed: [String: Int] = [:]
    private var cleared: Set<String> = []

    /// All that is not to share a call with others.
    func groups(of provider: String) -> [[InputHash]] { suspects[provider] ?? [] }

    /// What of it is asked now, in calls of its own. As long as nothing has been answered the fault may be ours: only the smallest two.
    func next(of provider: String) -> [[InputHash]] {
        let groups = groups(of: provider).sorted { $0.count < $1.count }
        return cleared.contains(provider) ? groups : Array(groups.prefix(2))
    }

    /// The provider has answered some call: it does not refuse all.
    mutating func clear(_ provider: String) { cleared.insert(provider) }

    func isHopeless(_ provider: String) -> Bool {
        !cleared.contains(provider) && blamed[provider, default: 0] >= Self.mostBlamed
    }

    /// - Parameter hashes: of a call that was refused.
    /// - Returns: whether it was a single one, which is to blame.
    mutating func blame(_ hashes: [InputHash], of provider: String) -> Bool {
        suspects[provider, default: []].removeAll { Set($0) == Set(hashes) }
        guard hashes.count > 1 else {
            blamed[provider, default: 0] += 1
            return true
        }
        let middle = hashes.count / 2
        suspects[provider, default: []] += [Array(hashes[..<middle]), Array(hashes[middle...])]
        return false
    }
}
