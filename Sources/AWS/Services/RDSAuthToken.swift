package import Foundation

/// A password for a database user with IAM authentication: a signed link without its scheme, good for 15 minutes.
///
/// Source: "Connecting to your DB instance using IAM authentication", Amazon RDS User Guide.
package enum RDSAuthToken {
    /// Seconds in which a connection must be opened; open ones live on.
    package static let lifetime = 900

    /// - Parameters:
    ///   - host: the instance's own endpoint; RDS refuses tokens for an alias.
    ///   - user: of the database, granted the role `rds_iam`.
    package static func make(
        host: String, port: Int, user: String, region: String, credentials: Credentials, date: Date
    ) -> String {
        let signer = SigV4(credentials: credentials, region: region, service: "rds-db")
        let request = SignableRequest(
            host: "\(host):\(port)", query: [("Action", "connect"), ("DBUser", user)])
        let signed = signer.presigned(request, payloadHash: SigV4.emptyPayload, expires: lifetime, at: date)
        return String(signed.url.dropFirst("https://".count))
    }
}
