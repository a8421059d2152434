import Jobs
import Logging
import Postgres

/// Seals the products and uploads that changed since the last time, so that a later change by hand, with the triggers switched off, is found
/// out. What is found now is the job's failure, and so an alert.
struct HistorySealsJob: JobHandler {
    static let name = "history-seals"

    let kind = Self.name
    let pool: Pool
    var uploadsAtOnce = 1000

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        while try await pool.run({ try $0.sealUploads(atMost: uploadsAtOnce) }) == uploadsAtOnce {
            job.progress.report()
        }
        if let problem = try await pool.run({ try $0.sealProducts() }) {
            throw HistoryProblem(detail: problem)
        }
        return .finished
    }
}

/// Somebody changed what the history is to keep, or made it possible.
struct HistoryProblem: Error, CustomStringConvertible {
    let detail: String

    var description: String {
        "the history is not as it was written: \(detail); catalog audit verify looks at all of it"
    }
}
