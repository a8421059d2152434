package import Postgres

/// The statements of `catalog.report_links`.
enum ReportLink {
    static func insert(tokenSHA256: String, uploadID: String, objectKey: String) -> Statement {
        """
        insert into catalog.report_links (token_sha256, upload_id, object_key)
        values (\(tokenSHA256)::text, \(uploadID)::text, \(objectKey)::text)
        """
    }

    static func select(tokenSHA256: String) -> Statement {
        """
        select object_key from catalog.report_links
        where token_sha256 = \(tokenSHA256)::text and expires_at > clock_timestamp()
        """
    }

    static let deleteExpired: Statement = "delete from catalog.report_links where expires_at < clock_timestamp()"
}

extension Session {
    /// Lets whoever knows the token read a report for 7 days.
    /// - Parameter tokenSHA256: 64 lower-case hexadecimal digits.
    package func addReportLink(tokenSHA256: String, uploadID: String, objectKey: String) throws {
        try execute(ReportLink.insert(tokenSHA256: tokenSHA256, uploadID: uploadID, objectKey: objectKey))
    }

    /// - Returns: the key of the report; nil if the link is unknown or has ended.
    package func reportKey(tokenSHA256: String) throws -> String? {
        try first(ReportLink.select(tokenSHA256: tokenSHA256))?.get("object_key")
    }

    /// Forgets links that have ended.
    package func deleteExpiredReportLinks() throws {
        try execute(ReportLink.deleteExpired)
    }
}
