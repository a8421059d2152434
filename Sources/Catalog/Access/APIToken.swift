/// What a caller of the HTTP interface may do.
public enum AccessRole: String, CaseIterable, Sendable, Codable {
    /// Sees and uploads what belongs to one vendor.
    case vendor
    /// Does everything.
    case `operator`
    /// Reads everything.
    case auditor
}

/// A bearer token as it is listed: a row of `catalog.api_tokens`, without its secret.
public struct APIToken: Sendable, Codable, Equatable {
    /// The public part of `cat_<id>_<secret>`.
    public var tokenID: String
    public var role: AccessRole
    /// The vendor whose rows it opens; nil for other roles.
    public var vendorID: String?
    /// What it is for, in somebody's words.
    public var description: String
    /// ISO 8601, UTC, to the second, as the following.
    public var createdAt: String
    public var expiresAt: String
    public var revokedAt: String?
    /// To the minute.
    public var lastUsedAt: String?
}

/// A token that is to be stored.
public struct NewAPIToken: Sendable {
    public var tokenID: String
    /// SHA-256 of the secret, 64 lower-case hexadecimal digits.
    public var secretSHA256: String
    public var role: AccessRole
    public var vendorID: String?
    public var description: String
    public var lifetimeDays: Int

    /// A token of a role; `vendorID` belongs to the role `vendor` and to no other.
    public init(
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
public struct StoredCredential: Sendable, Equatable {
    public var secretSHA256: String
    public var role: AccessRole
    public var vendorID: String?
    /// Seconds since 1970.
    public var expiresAt: Double
}
