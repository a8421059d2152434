import Catalog
package import Postgres
package import Storage
import Telemetry

/// Sends what the outbox holds, after the report it links to exists: at least once, never before the upload committed.
///
/// Twice only if the process is killed, or loses the database for minutes, between the channel's answer and its own record; or
/// if the channel took a mail and its answer was lost.
package struct OutboxDelivery: Sendable {
    private let connection: Connection
    private let store: any ObjectStore
    private let notifier: any Notifier
    private let links: ReportLinks
    private let elsewhere: Transaction

    /// Runs a transaction on some other connection.
    package typealias Transaction = @Sendable (@escaping @Sendable (Session) throws -> Void) async throws -> Void

    /// - Parameters:
    ///   - connection: used by nobody else meanwhile.
    ///   - publicURL: as `ReportLinks` takes it.
    ///   - elsewhere: where it is recorded that a mail was sent if the connection broke meanwhile.
    package init(
        connection: Connection, store: any ObjectStore, notifier: any Notifier, publicURL: String? = nil,
        elsewhere: @escaping Transaction
    ) {
        self.connection = connection
        self.elsewhere = elsewhere
        self.store = store
        self.notifier = notifier
        links = ReportLinks(store: store, publicURL: publicURL)
    }

    /// Sends the mail about an upload, and mails that a crash left behind.
    /// - Returns: how many were sent. One that cannot be sent stays in the outbox with the reason.
    @discardableResult
    package func run(for uploadID: String?) async throws -> Int {
        var sent = 0
        let mails = try await connection.transaction { try $0.claimNotifications(for: uploadID) }
        for mail in mails {
            do {
                try await deliver(mail)
                sent += 1
            } catch let error where !(error is CancellationError) {
                try await connection.transaction {
                    try $0.failNotification(mail.notificationID, reason: String(describing: error))
                }
            }
        }
        return sent
    }

    /// Sends the mail of one upload; does nothing if it was sent already.
    /// - Parameter commit: joins the transaction that records it as sent; may run again if that one is lost.
    func deliver(_ uploadID: String, commit: @escaping @Sendable (Session) throws -> Void) async throws {
        guard let pending = try await connection.run({ try $0.pendingNotification(of: uploadID) }) else {
            return try await connection.transaction { try commit($0) }
        }
        try await deliver(pending.mail, about: pending.upload, commit)
    }

    private func deliver(_ mail: PendingNotification) async throws {
        try await deliver(mail, about: try await connection.run { try $0.upload(mail.uploadID) }) { _ in }
    }

    private func deliver(
        _ mail: PendingNotification, about upload: UploadRecord?,
        _ commit: @escaping @Sendable (Session) throws -> Void
    ) async throws {
        guard let upload else { return }
        let notice = try await notice(of: upload)
        let outcome = try await send(notice, mail)
        do {
            let delay = try await connection.transaction { session in
                var delay: Double?
                try record(outcome, mail, session) { delay = $0 }
                try commit(session)
                try session.runWaiting()
                return delay
            }
            if let delay { MetricFamily.mailDelay.observe(seconds: delay) }
        } catch {
            // A task of its own: a worker that lost the job has cancelled this one, and the mail is sent all the same.
            try await Task { try await recordElsewhere(outcome, mail) }.value
            guard (error as? PostgresError)?.isConnectionLoss == true else { throw error }
            try await elsewhere(commit)
        }
    }

    private func notice(of upload: UploadRecord) async throws -> UploadNotice {
        var notice = UploadNotice(
            upload: upload, link: nil, guessedEncoding: upload.encodingGuessed == true ? upload.encoding : nil)
        guard (upload.errorRecords ?? 0) + (upload.warningRecords ?? 0) > 0 else { return notice }
        notice.lacksReport = try await connection.run { try $0.isReportGivenUp(upload.uploadID) }
        guard !notice.lacksReport else { return notice }
        notice.link = try await links.link(to: try await reportKey(of: upload), uploadID: upload.uploadID, connection)
        return notice
    }

    private enum Outcome {
        case sent
        case undeliverable(reason: String)
    }

    private func send(_ notice: UploadNotice, _ mail: PendingNotification) async throws -> Outcome {
        do {
            // Another mail than the one that will bring the report: programs show mails of one identifier once.
            let identifier = mail.uploadID + (notice.lacksReport ? "_without_report" : "")
            try await notifier.send(notice, to: mail.recipient, identifier: identifier)
            return .sent
        } catch let error as Undeliverable {
            return .undeliverable(reason: error.reason)
        }
    }

    /// Does nothing if it is recorded already, or if another attempt has the mail by now.
    /// - Parameter delay: told how many seconds after the end of its upload the mail was sent, if it was.
    private func record(
        _ outcome: Outcome, _ mail: PendingNotification, _ session: Session,
        delay: @escaping (Double) -> Void = { _ in }
    ) throws {
        switch outcome {
        case .sent:
            try session.finishNotification(mail, .notified(channel: notifier.channel), delay: delay)
        case .undeliverable(let reason):
            guard try session.giveUpNotification(mail, reason: reason) else { return }
            try session.addEvent(mail.uploadID, .undeliverable(channel: notifier.channel, reason: reason))
        }
    }

    /// Only this process knows that the mail was sent: it tells as soon as the database can be reached again, before the job
    /// is given back. Its own transaction, so that what it knows is kept even if the job is somebody else's by now.
    private func recordElsewhere(_ outcome: Outcome, _ mail: PendingNotification) async throws {
        let end = ContinuousClock.now + Self.longestOutage
        while true {
            do {
                return try await elsewhere { try record(outcome, mail, $0) }
            } catch let error as PostgresError where error.isConnectionLoss && ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// A database that is away for longer has other troubles than a mail that comes twice.
    private static let longestOutage = Duration.seconds(60)

    /// A crash between the commit and the report leaves it to be made now.
    private func reportKey(of upload: UploadRecord) async throws -> String {
        if let key = upload.errorReport { return key }
        let writer = ReportWriter(store: store)
        let keys = try await writer.write(upload.uploadID, vendorID: upload.vendorID, connection)
        return keys?.errors ?? ErrorReport.errorsKey(vendorID: upload.vendorID, uploadID: upload.uploadID)
    }
}
