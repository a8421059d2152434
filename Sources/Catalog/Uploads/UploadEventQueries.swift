package import Postgres

/// The statements of `catalog.upload_events`.
extension Upload {
    static func addEvent(_ uploadID: String, _ event: String, detail: String) -> Statement {
        """
        insert into catalog.upload_events (upload_id, event, detail)
        values (\(uploadID)::text, \(event)::text, \(detail)::jsonb)
        """
    }
}

extension Session {
    /// Adds a line to the timeline of an upload.
    package func addEvent(_ uploadID: String, _ event: UploadEvent) throws {
        try execute(Upload.addEvent(uploadID, event.name, detail: event.detailJSON))
    }
}
