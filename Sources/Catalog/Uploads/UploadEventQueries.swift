package import Postgres

/// The statements of `catalog.upload_events`.
extension Upload {
    static func addEvent(_ uploadID: String, _ event: String, detail: String) -> Statement {
        """
        insert into catalog.upload_events (upload_id, event, detail)
        values (\(uploadID)::text, \(event)::text, \(detail)::jsonb)
        """
    }

    /// - Parameter ages: how many seconds ago each happened.
    static func addEvents(_ uploadID: String, _ events: [String], details: [String], ages: [String]) -> Statement {
        """
        insert into catalog.upload_events (upload_id, at, event, detail)
        select \(uploadID)::text, clock_timestamp() - age * interval '1 second', event, detail
        from unnest(\(events)::text[], \(details)::jsonb[], \(ages)::float8[]) with ordinality
            as line (event, detail, age, number)
        order by number
        """
    }
}

extension Session {
    /// Adds a line to the timeline of an upload.
    package func addEvent(_ uploadID: String, _ event: UploadEvent) throws {
        try executeLater(Upload.addEvent(uploadID, event.name, detail: event.detailJSON).prepared())
    }
}
