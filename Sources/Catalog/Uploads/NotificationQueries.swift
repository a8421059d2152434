package import Postgres

/// A mail that waits in the outbox.
package struct PendingNotification: Sendable {
    package var notificationID: Int
    package var uploadID: String
    package var recipient: String?
    /// Which attempt this is.
    package var attempt: Int
    /// How many attempts the row tells of. Fences the end: one that ended since has raised it.
    package var fence: Int
}

/// The statements of `catalog.notifications`.
enum Outbox {
    static func add(_ uploadID: String, recipient: String?) -> Statement {
        """
        insert into catalog.notifications (upload_id, kind, recipient)
        values (\(uploadID)::text, 'upload-finished', \(recipient)::text)
        on conflict (upload_id, kind) do update set state = 'pending', sent_at = null, recipient = excluded.recipient
        """
    }

    /// Takes the upload's own mail, and mails about local files that a crash left behind more than a minute ago. One that
    /// failed before waits twice as long after each attempt, so that it costs ever fewer uploads a try and leaves room for
    /// the others.
    static func claim(_ uploadID: String?) -> Statement {
        """
        update catalog.notifications n set attempts = attempts + 1
        where n.notification_id in (
            select notification_id from catalog.notifications
            where state = 'pending'
              and (upload_id = \(uploadID)::text
                or (created_at < clock_timestamp() - interval '1 minute' * power(2, least(attempts, 20))
                    and exists (select from catalog.upload_history u where u.upload_id = notifications.upload_id and u.bucket is null)))
            order by attempts, notification_id
            limit 100
            for update skip locked)
        returning notification_id, upload_id, recipient, attempts, attempts as fence
        """
    }

    /// The mail of one upload, whose job is its claim: nothing is written before it is sent.
    static func selectPending(_ uploadID: String) -> Statement {
        """
        select notification_id, upload_id, recipient, attempts + 1 as attempts, attempts as fence
        from catalog.notifications where upload_id = \(uploadID)::text and state = 'pending'
        """
    }

    /// Mails of uploads from a bucket that no job is going to send.
    static let selectForgotten: Statement = """
        select n.upload_id, u.vendor_id
        from catalog.notifications n
        join catalog.upload_history u using (upload_id)
        where n.state = 'pending' and u.bucket is not null
          and (n.created_at < clock_timestamp() - interval '1 minute' or u.failure_type = 'INTERRUPTED')
          and not exists (
              select from jobs.jobs j
              where j.unique_key in ('report:' || n.upload_id, 'notify:' || n.upload_id))
        """

    static func finish(_ mail: PendingNotification, _ event: UploadEvent) -> Statement {
        """
        with sent as (
            update catalog.notifications
            set state = 'sent', attempts = \(mail.attempt)::integer, sent_at = clock_timestamp(), last_error = null
            where notification_id = \(mail.notificationID)::bigint and attempts = \(mail.fence)::integer and state = 'pending'
            returning upload_id),
        told as (
            insert into catalog.upload_events (upload_id, event, detail)
            select upload_id, \(event.name)::text, \(event.detailJSON)::jsonb from sent)
        select coalesce(extract(epoch from clock_timestamp() - u.completed_at), 0)::float8 as delay
        from sent join catalog.upload_history u using (upload_id)
        """
    }

    static func giveUp(_ mail: PendingNotification, reason: String) -> Statement {
        """
        update catalog.notifications
        set state = 'undeliverable', attempts = \(mail.attempt)::integer, last_error = \(reason)::text
        where notification_id = \(mail.notificationID)::bigint and attempts = \(mail.fence)::integer and state = 'pending'
        """
    }

    static func reopen(_ uploadID: String) -> Statement {
        """
        update catalog.notifications set state = 'pending', sent_at = null
        where upload_id = \(uploadID)::text and state = 'sent'
        """
    }

    static func fail(_ notificationID: Int, reason: String) -> Statement {
        """
        update catalog.notifications set last_error = \(reason)::text where notification_id = \(notificationID)::bigint
        """
    }
}

extension PendingNotification {
    fileprivate init(_ row: Row) throws {
        try self.init(
            notificationID: row.get("notification_id"), uploadID: row.get("upload_id"), recipient: row.get("recipient"),
            attempt: row.get("attempts"), fence: row.get("fence"))
    }
}

extension Session {
    /// Puts the mail about an upload into the outbox.
    package func addNotification(_ uploadID: String, recipient: String?) throws {
        try executeLater(Outbox.add(uploadID, recipient: recipient).prepared())
    }

    /// Takes mails out of the outbox to be sent; they stay pending until `finishNotification`.
    package func claimNotifications(for uploadID: String?) throws -> [PendingNotification] {
        try query(Outbox.claim(uploadID)).map(PendingNotification.init)
    }

    /// The mail of one upload together with what it is about, in one round trip. Must stand outside a transaction.
    /// - Returns: nil if there is none to be sent.
    package func pendingNotification(
        of uploadID: String
    ) throws -> (mail: PendingNotification, upload: UploadRecord?)? {
        let answers = try pipeline([
            Outbox.selectPending(uploadID).prepared(), UploadHistory.select(uploadID).prepared(),
        ])
        guard let mail = try answers[0].first.map(PendingNotification.init) else { return nil }
        return (mail, try answers[1].first.map(UploadRecord.init))
    }

    /// Uploads from a bucket whose mail waits without a job, live or dead, to send it.
    package func forgottenNotifications() throws -> [(uploadID: String, vendorID: String)] {
        try query(Outbox.selectForgotten).map { (try $0.get("upload_id"), try $0.get("vendor_id")) }
    }

    /// The mail was sent, and the timeline is to say so; does nothing if that is recorded already, or another attempt has the mail by now.
    /// - Parameter delay: told how many seconds after the end of its upload it was.
    package func finishNotification(
        _ mail: PendingNotification, _ event: UploadEvent, delay: @escaping (Double) -> Void
    ) throws {
        try queryLater(Outbox.finish(mail, event).prepared()) { rows in
            if let text = rows.first?[0], let seconds = Double(text) { delay(seconds) }
        }
    }

    /// The mail will never be sent.
    /// - Returns: false if that is recorded already, or another attempt has the mail by now.
    package func giveUpNotification(_ mail: PendingNotification, reason: String) throws -> Bool {
        try execute(Outbox.giveUp(mail, reason: reason)) == 1
    }

    /// The mail that was sent is not the last word: it is sent once more.
    package func reopenNotification(_ uploadID: String) throws {
        try execute(Outbox.reopen(uploadID))
    }

    /// The mail could not be sent; it stays pending.
    package func failNotification(_ notificationID: Int, reason: String) throws {
        try execute(Outbox.fail(notificationID, reason: reason))
    }
}
