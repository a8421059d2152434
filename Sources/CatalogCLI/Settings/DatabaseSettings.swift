/// Which database, and how to be let in.
enum DatabaseSettings: Sendable {
    /// A private cluster below the base folder.
    case embedded
    /// libpq URI or conninfo.
    case url(String)
    /// Id of a secret of Secrets Manager; the URL gives what the secret does not.
    case secret(String, url: String?)
    /// The URL's user, with a token of RDS instead of a password.
    case iam(String)

    init(_ variables: Variables) throws {
        let url = variables["CATALOG_DATABASE_URL"]
        let usesTokens = try variables.choice("CATALOG_DATABASE_AUTH", ["password": false, "iam": true]) ?? false
        switch (url, variables["CATALOG_DATABASE_SECRET"]) {
        case (nil, nil):
            guard !usesTokens else {
                throw SettingsError(
                    "CATALOG_DATABASE_AUTH", "iam", "set CATALOG_DATABASE_URL, with host, port and user")
            }
            self = .embedded
        case (let url?, nil): self = usesTokens ? .iam(url) : .url(url)
        case (let url, let secret?):
            guard !usesTokens else {
                throw SettingsError("CATALOG_DATABASE_AUTH", "iam", "unset it, or CATALOG_DATABASE_SECRET")
            }
            self = .secret(secret, url: url)
        }
    }

    /// Which variable names the database.
    var variable: String {
        if case .secret = self { "CATALOG_DATABASE_SECRET" } else { "CATALOG_DATABASE_URL" }
    }
}
