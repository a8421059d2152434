package import Postgres

/// Somebody was sent to the issuer to sign in: a row of `catalog.issuer_sign_ins`, without its secret.
package struct IssuerSignIn: Sendable, Equatable {
    /// The page that is wanted then; nil: none in particular.
    package var next: String?
}

/// The statements of `catalog.issuer_sign_ins`.
extension IssuerSignIn {
    static func insert(_ signInID: String, _ secretSHA256: String, _ next: String?) -> Statement {
        """
        insert into catalog.issuer_sign_ins (sign_in_id, secret_sha256, next_page)
        values (\(signInID)::text, \(secretSHA256)::text, \(next)::text)
        """
    }

    static func select(_ signInID: String) -> Statement {
        """
        select secret_sha256, next_page from catalog.issuer_sign_ins
        where sign_in_id = \(signInID)::text and expires_at > clock_timestamp()
        """
    }

    static func delete(_ signInID: String) -> Statement {
        "delete from catalog.issuer_sign_ins where sign_in_id = \(signInID)::text"
    }

    static let deleteExpired: Statement = "delete from catalog.issuer_sign_ins where expires_at < clock_timestamp()"
}

extension Session {
    /// Notes that somebody was sent to the issuer; for ten minutes.
    /// - Parameters:
    ///   - sha256: of the secret that the browser has.
    ///   - next: the page that is wanted then.
    package func beginIssuerSignIn(_ signInID: String, sha256: String, next: String?) throws {
        try execute(IssuerSignIn.insert(signInID, sha256, next))
    }

    /// Ends what somebody began who comes back. Once: of two that come at once, one ends it.
    /// - Parameter accepts: whether the browser has the secret of this hash; only then does it end.
    /// - Returns: nil if there is none such.
    package func endIssuerSignIn(_ signInID: String, where accepts: (String) -> Bool) throws -> IssuerSignIn? {
        guard let row = try first(IssuerSignIn.select(signInID)), accepts(try row.get("secret_sha256")),
            try execute(IssuerSignIn.delete(signInID)) == 1
        else { return nil }
        return IssuerSignIn(next: try row.get("next_page"))
    }

    /// Forgets those who did not come back.
    package func deleteExpiredIssuerSignIns() throws { try execute(IssuerSignIn.deleteExpired) }
}
