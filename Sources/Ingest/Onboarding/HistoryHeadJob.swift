import Catalog
import Foundation
import Jobs
import Logging
import Postgres
import Storage

/// Once a day: keeps the head of the history outside the database, in the store and in the operators' mail, so that who rewrites the past
/// there can be proved to have done so.
struct HistoryHeadJob: JobHandler {
    static let name = "history-head"

    let kind = Self.name
    let resources: UploadJobResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let head = try await resources.pool.transaction { session in
            try session.tick()
            return try session.historyHead()
        }
        let day = Date().formatted(.iso8601.year().month().day())
        let key = try await keep(head, day)
        if let operators = resources.operators {
            try await resources.notifier.send(
                HistoryHeadMail(head: head, day: day), to: operators, identifier: "history-head-\(day)")
        }
        logger.info("history.head.kept", metadata: ["key": "\(key)", "head": "\(head)"])
        return .finished
    }

    /// - Returns: the key of the object.
    private func keep(_ head: String, _ day: String) async throws -> String {
        let key = "history/heads/\(day).txt"
        let file = try TemporaryFile()
        try Array("\(head)\n".utf8).withUnsafeBytes(file.write)
        try await resources.stores.reports().put(key, contentsOf: file)
        return key
    }
}
