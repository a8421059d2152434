import Catalog
import Postgres
import Storage

/// Sends what the outbox holds, after the report it links to exists: at least once, never before the upload committed.
package struct OutboxDelivery: Sendable {
    private let connection: Connection
    private let store: any ObjectStore
    private let notifier: any Notifier
    private let links: ReportLinks

    /// - Parameters:
    ///   - connection: used by nobody else meanwhile.
    ///   - publicURL: as `ReportLinks` takes it.
    package init(connection: Connection, store: any ObjectStore, notifier: any Notifier, publicURL: String? = nil) {
        self.connection = connection
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
    /// - Parameter commit: joins the transaction that records it as sent.
    func deliver(_ uploadID: String, commit: @Sendable (Session) throws -> Void) async throws {
        let mails = try await connection.transaction {
            try $0.claimNotifications(for: uploadID, includingLeftovers: false)
        }
        guard let mail = mails.first else { return try await connection.transaction { try commit($0) } }
        try await deliver(mail, commit)
    }

    private func deliver(
        _ mail: PendingNotification, _ commit: @Sendable (Session) throws -> Void = { _ in }
    ) async throws {
        guard let upload = try await connection.run({ try $0.upload(mail.uploadID) }) else { return }
        var link: String?
        if (upload.errorRecords ?? 0) + (upload.warningRecords ?? 0) > 0 {
            link = try await links.link(to: try await reportKey(of: upload), uploadID: mail.uploadID, connection)
        }
        let facts = try await connection.run { try $0.fileFacts(of: mail.uploadID) }
        let guess = facts?.isGuessed == true ? facts?.encoding : nil
        do {
            try await notifier.send(
                UploadNotice(upload: upload, link: link, guessedEncoding: guess), to: mail.recipient,
                identifier: mail.uploadID)
        } catch let error as Undeliverable {
            return try await connection.transaction { session in
                try session.giveUpNotification(mail.notificationID, reason: error.reason)
                try session.addEvent(mail.uploadID, .undeliverable(channel: notifier.channel, reason: error.reason))
                try commit(session)
            }
        }
        try await connection.transaction { session in
            try session.finishNotification(mail.notificationID)
            try session.addEvent(mail.uploadID, .notified(channel: notifier.channel))
            try commit(session)
        }
    }

    /// A crash between the commit and the report leaves it to be made now.
    private func reportKey(of upload: UploadRecord) async throws -> String {
        if let key = upload.errorReport { return key }
        let writer = ReportWriter(store: store)
        let keys = try await writer.write(upload.uploadID, vendorID: upload.vendorID, connection)
        return keys?.errors ?? ErrorReport.errorsKey(vendorID: upload.vendorID, uploadID: upload.uploadID)
    }
}
