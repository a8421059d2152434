import Postgres

/// The statements about call-backs.
enum Callback {
    static func selectURL(_ requestID: String) -> Statement {
        "select callback_url from enrichment.requests where request_id = \(requestID)::uuid"
    }

    static func succeed(_ requestID: String) -> Statement {
        """
        update enrichment.requests set callback_sent_at = clock_timestamp(), callback_error = null
        where request_id = \(requestID)::uuid
        """
    }

    static func fail(_ requestID: String, because reason: String) -> Statement {
        "update enrichment.requests set callback_error = \(reason)::text where request_id = \(requestID)::uuid"
    }
}
