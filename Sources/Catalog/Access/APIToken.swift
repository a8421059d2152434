/// What a caller of the HTTP interface may do.
package enum AccessRole: String, CaseIterable, Sendable, Codable {
    /// Sees and uploads what belongs to one vendor.
    case vendor
    /// Does everything.
    case `operator`
    /// Reads everything.
    case auditor
}

/// A bearer token as it is listed: a row of `catalog.api_tokens`, without its secret.
package struct APIToken: Sendable, Codable, Equatable {
    /// The public part of `cat_<id>_<secret>`.
    package var tokenID: String
    package var role: AccessRole
    /// The vendor whose rows it opens; nil for other roles.
    package var vendorID: String?
    /// What it is for, in somebody's words.
    package var description: String
    /// ISO 8601, UTC, to the second, as the following.
    package var createdAt: String
    package var expiresAt: String
    package var revokedAt: String?
    /// To the minute.
    package var lastUsedAt: String?
}

/// A token that is to be stored.
package struct NewAPIToken: Sendable {
    package var tokenID: String
    /// SHA-256 of the secret, 64 lower-case hexadecimal digits.
    package var secretSHA256: String
    package var role: AccessRole
    package var vendorID: String?
    package var description: String
    package var lifetimeDays: Int

    /// A token of a role; `vendorID` belongs to the role `vendor` and to no other.
    package init(
        tokenID: String, secretSHA256: String, role: AccessRole, vendorID: String? = nil, description: String = "",
        lifetimeDays: Int = 365
    ) {
        self.tokenID = tokenID
        self.secretSHA256 = secretSHA256
        self.role = role
        self.vendorID = vendorID
        self.description = description
        self.lifetimeDays = lifetimeDays
    }
}

/// What a presented token is compared with.
package struct StoredCredential: Sendable, Equatable {
    package var secretSHA256: String
    package var role: AccessRole
    package var vendorID: String?
    /// Seconds since 1970.
    package var expiresAt: Double
}
