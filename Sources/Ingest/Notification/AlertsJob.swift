import Foundation
package import Jobs
package import Logging
package import Postgres

/// Tells those who run the service of alerts: once when one is raised, once a day as long as it is true, and when it is over.
///
/// Everything that is new goes into one message. It is noted after it was sent: a worker that dies in between tells it once more.
package struct AlertsJob: JobHandler {
    private static let name = "alerts"

    package let kind = Self.name
    private let pool: Pool
    private let notifier: any Notifier
    private let recipient: String?

    /// - Parameter recipient: nil where the notifier knows its readers.
    package init(pool: Pool, notifier: any Notifier, recipient: String?) {
        self.pool = pool
        self.notifier = notifier
        self.recipient = recipient
    }

    /// What workers enqueue by themselves.
    package static let periodic = PeriodicJob(
        NewJob(queue: UploadStep.notify.rawValue, kind: name, priority: 1, maxAttempts: 3, serialKey: name),
        everySeconds: 60)

    package func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let changes = try await pool.run { try $0.alertsToTell() }
        guard let newest = changes.map(\.id).max() else { return .finished }
        try await notifier.send(
            AlertMail(changes), to: recipient, identifier: "alerts-\(newest)-\(Int(Date().timeIntervalSince1970))")
        try await pool.transaction { try $0.noteTold(changes) }
        logger.info("alerts.told", metadata: ["alerts": "\(changes.count)", "channel": "\(notifier.channel)"])
        return .finished
    }
}
