import Foundation

/// What the process was started with, as the AWS SDKs read it: variables and the files they name.
///
/// A value, so that a test needs neither variables nor files.
package struct AWSEnvironment: Sendable {
    private let variables: [String: String]
    let profiles: AWSProfiles
    let readFile: @Sendable (String) -> String?

    /// - Parameters:
    ///   - variables: of the process.
    ///   - readFile: text of a file, nil if it is not there.
    package init(variables: [String: String], readFile: @escaping @Sendable (String) -> String?) {
        self.variables = variables
        self.readFile = readFile
        let home = variables["HOME"] ?? "/"
        let path = { (name: String, file: String) in
            Self.expanded(variables[name].flatMap { $0.isEmpty ? nil : $0 } ?? "~/.aws/\(file)", home: home)
        }
        profiles = AWSProfiles(
            config: INIFile(readFile(path("AWS_CONFIG_FILE", "config")) ?? ""),
            credentials: INIFile(readFile(path("AWS_SHARED_CREDENTIALS_FILE", "credentials")) ?? ""))
    }

    /// Of this process.
    package static func process() -> AWSEnvironment {
        AWSEnvironment(variables: ProcessInfo.processInfo.environment) { path in
            try? String(contentsOfFile: path, encoding: .utf8)  // because the files are optional
        }
    }

    /// The same surroundings with the credentials of a profile: keys in variables, which would win, are left out.
    package func using(profile name: String) -> AWSEnvironment {
        var variables = variables
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] { variables[name] = nil }
        variables["AWS_PROFILE"] = name
        return AWSEnvironment(variables: variables, readFile: readFile)
    }

    /// A variable, if it is set to something.
    subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `AWS_PROFILE`, else `default`.
    package var profileName: String { self["AWS_PROFILE"] ?? "default" }

    var profile: AWSProfile? { profiles[profileName] }

    /// `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile's.
    package var region: String? { self["AWS_REGION"] ?? self["AWS_DEFAULT_REGION"] ?? profile?["region"] }

    /// Where a service is asked instead of AWS: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, or the profile's
    /// `endpoint_url`.
    ///
    /// Source: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
    package func endpointURL(of service: AWSService) -> String? {
        guard self["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" else { return nil }
        return self["AWS_ENDPOINT_URL_\(service.variable)"] ?? self["AWS_ENDPOINT_URL"] ?? profile?["endpoint_url"]
    }

    private static func expanded(_ path: String, home: String) -> String {
        path.hasPrefix("~/") ? home + path.dropFirst(1) : path
    }
}

/// The services asked here.
package enum AWSService: String, Sendable, CaseIterable {
    case s3
    case sns
    case sqs
    case secretsManager = "secretsmanager"
    case sts

    /// In messages.
    var displayName: String {
        switch self {
        case .s3: "S3"
        case .sns: "SNS"
        case .sqs: "SQS"
        case .secretsManager: "Secrets Manager"
        case .sts: "STS"
        }
    }

    /// The end of its `AWS_ENDPOINT_URL_…` variable.
    var variable: String { self == .secretsManager ? "SECRETS_MANAGER" : rawValue.uppercased() }
}
