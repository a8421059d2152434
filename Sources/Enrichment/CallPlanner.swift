/// Makes calls of questions: of one capability each, as many in a call as the provider takes.
struct CallPlanner {
    let requestID: String
    let batchNumber: Int
    let attempt: Int
    let capabilities: [InputHash: Capability]

    func calls(for missing: [Question], of provider: any Provider) -> [PlannedCall] {
        let byCapability = Dictionary(grouping: missing) { capabilities[$0.hash] ?? .contactEnrich }
        return byCapability.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { capability, questions in
            let size = max(1, provider.maximumInputs(capability))
            return stride(from: 0, to: questions.count, by: size).map { start in
                let part = Array(questions[start..<min(start + size, questions.count)])
                return PlannedCall(
                    capability: capability, questions: part, requestID: requestID, batchNumber: batchNumber,
                    attempt: attempt, credits: provider.credits(inputs: part.count, matches: nil))
            }
        }
    }
}
