import Catalog
import Foundation
import Jobs
import Logging
import Postgres
import Storage

/// Once a day: keeps the head of the history outside the database, so that who rewrites the past there can be proved to have done so.
struct HistoryHeadJob: JobHandler {
    static let name = "history-head"

    let kind = Self.name
    let resources: UploadJobResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let head = try await resources.pool.transaction { session in
            try session.tick()
            return try session.historyHead()
        }
        let key = try await keep(head, on: Date())
        logger.info("history.head.kept", metadata: ["key": "\(key)", "head": "\(head)"])
        return .finished
    }

    /// - Returns: the key of the object.
    private func keep(_ head: String, on date: Date) async throws -> String {
        let key = "history/heads/\(date.formatted(.iso8601.year().month().day())).txt"
        let file = try TemporaryFile()
        try Array("\(head)\n".utf8).withUnsafeBytes(file.write)
        try await resources.stores.reports().put(key, contentsOf: file)
        return key
    }
}
