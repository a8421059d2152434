// The words of what a migrator tells.

extension MigrationEvent: CustomStringConvertible {
    /// For a person at the terminal.
    package var description: String {
        switch self {
        case .waitingForAnotherMigrator: "waiting for another migrator"
        case .waitingForEarlierRun(let file, let backend):
            "\(file): waiting for an earlier run's session (backend \(backend)), which is still at work"
        case .retrying(let file, let attempt, let pause):
            "\(file): a table is locked, attempt \(attempt) gave way; the next in \(Int(pause / .seconds(1))) s"
        case .running(let file): "\(file) …"
        case .finished(let file, let milliseconds): "\(file) done in \(milliseconds) ms"
        case .alreadyDone(let file, let line): "\(file):\(line) was done before"
        case .droppingInvalidIndex(let file, let index):
            "\(file): dropping \(index), which a build that was cut off has left invalid"
        case .onlyListed(let file): "\(file) runs outside a transaction: the files are only listed"
        case .progress(let file, let progress): "\(file): \(Self.words(progress))"
        case .repaired(let statement): "repaired: \(statement)"
        }
    }

    private static func words(_ progress: MigrationProgress) -> String {
        let percent = progress.percent.map { ", \($0) %" } ?? ""
        let waiting = progress.waitsFor > 0 ? ", waits for \(progress.waitsFor) sessions" : ""
        return progress.phase + percent + waiting
    }
}
