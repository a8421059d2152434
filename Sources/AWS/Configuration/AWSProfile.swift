/// One profile of the shared files: what `AWS_PROFILE` names.
struct AWSProfile: Sendable, Equatable {
    let name: String
    private let settings: [String: String]

    /// - Parameters:
    ///   - config: sections are named `[profile NAME]`, but `[default]`.
    ///   - credentials: sections are named `[NAME]`; they win over `config`.
    /// - Returns: nil if neither file has the profile.
    init?(named name: String, config: INIFile, credentials: INIFile) {
        let fromConfig = config.sections["profile \(name)"] ?? (name == "default" ? config.sections["default"] : nil)
        let fromCredentials = credentials.sections[name]
        guard fromConfig != nil || fromCredentials != nil else { return nil }
        self.name = name
        settings = (fromConfig ?? [:]).merging(fromCredentials ?? [:]) { $1 }
    }

    subscript(setting: String) -> String? {
        settings[setting].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Credentials that stand in the files themselves.
    var staticCredentials: Credentials? {
        guard let id = self["aws_access_key_id"], let secret = self["aws_secret_access_key"] else { return nil }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: self["aws_session_token"])
    }
}

/// Every profile of both files.
struct AWSProfiles: Sendable {
    var config = INIFile("")
    var credentials = INIFile("")

    subscript(name: String) -> AWSProfile? {
        AWSProfile(named: name, config: config, credentials: credentials)
    }
}
