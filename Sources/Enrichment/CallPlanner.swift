/// Makes calls of questions: of one capability each, as many in a call as the provider takes.
struct CallPlanner {
    let requestID: String
    let batchNumber: Int
    let attempt: Int
    let capabilities: [InputHash: Capability]
    /// When the job was made ready, as PostgreSQL writes it: a provider that stopped before may work again.
    var since: String?
    /// Tries that failed: after some of them fewer inputs share a call, so that one that is bad takes none with it.
    var failures = 0

    /// - Parameter suspicion: questions that were refused together, one of which is to blame, make calls of their own.
    func calls(
        for missing: [Question], of provider: any Provider, _ suspicion: Suspicion = Suspicion(), name: String = ""
    ) -> [PlannedCall] {
        let open = Dictionary(missing.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first })
        let apart = suspicion.next(of: name).flatMap { hashes in calls(hashes.compactMap { open[$0] }, provider) }
        let suspected = Set(suspicion.groups(of: name).joined())
        return calls(missing.filter { !suspected.contains($0.hash) }, provider) + apart
    }

    private func calls(_ questions: [Question], _ provider: any Provider) -> [PlannedCall] {
        let byCapability = Dictionary(grouping: questions) { capabilities[$0.hash] ?? .contactEnrich }
        return byCapability.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { capability, questions in
            let size = max(1, provider.maximumInputs(capability) >> max(0, failures - 3))
            return stride(from: 0, to: questions.count, by: size).map { start in
                let part = Array(questions[start..<min(start + size, questions.count)])
                return PlannedCall(
                    capability: capability, questions: part, requestID: requestID, batchNumber: batchNumber,
                    attempt: attempt, creditsEach: provider.credits(inputs: 1, matches: nil), since: since)
            }
        }
    }
}
