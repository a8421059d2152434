/// How far an upload is.
package struct OnboardingProgress: Sendable {
    /// What is being done; every phase reads the file from its beginning.
    package enum Phase: String, Sendable { case reading, checking, loading, reporting }

    package var phase: Phase
    /// Data rows of the file passed in this phase.
    package var rows: Int
    /// 0 to 1 of this phase; nil if the size is not known.
    package var fraction: Double?
}

/// Reports progress every few thousand rows and notices cancellation as often.
final class ProgressMeter {
    private let report: (OnboardingProgress) -> Void
    private var next = 0
    private var phase = OnboardingProgress.Phase.reading

    init(_ report: @escaping (OnboardingProgress) -> Void) {
        self.report = report
    }

    /// - Throws: `CancellationError`.
    func advance(_ phase: OnboardingProgress.Phase, rows: Int, bytes: Int, of total: Int?) throws {
        if phase != self.phase {
            self.phase = phase
            next = 0
        }
        guard rows >= next else { return }
        next = rows + 5000
        try Task.checkCancellation()
        report(OnboardingProgress(phase: phase, rows: rows, fraction: total.map { Double(bytes) / Double(max(1, $0)) }))
    }
}
