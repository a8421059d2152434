import Curl
import Foundation

/// How mails go out: `CATALOG_NOTIFY`.
enum NotifySettings: Sendable {
    case folder(URL)
    /// ARN of a topic of SNS.
    case topic(String)
    case mail(SMTPServer)

    private static let name = "CATALOG_NOTIFY"

    /// - Returns: nil if the variable is not set.
    init?(_ variables: Variables) throws {
        guard let value = variables[Self.name] else { return nil }
        if let folder = URL(setting: value) {
            self = .folder(folder)
        } else if value.hasPrefix("sns:") || value.hasPrefix("arn:") {
            self = .topic(try variables.topic(Self.name, value, after: "sns:"))
        } else {
            self = .mail(try Self.server(value))
        }
    }

    private static func server(_ value: String) throws -> SMTPServer {
        guard value.hasPrefix("smtp://") || value.hasPrefix("smtps://") else {
            throw SettingsError(
                name, value, "expected file:DIRECTORY, sns:TOPIC_ARN or smtp://[USER:PASSWORD@]HOST:PORT")
        }
        do {
            return try SMTPServer(value)
        } catch {
            throw SettingsError(name, "smtp://…", error.reason)
        }
    }
}
