import Curl
import Foundation
import Ingest

/// A mail server: `smtp://` or `smtps://`.
struct MailServerNotifierSetting: NotifierSetting {
    static let form = "smtp://[USER:PASSWORD@]HOST:PORT"

    let server: SMTPServer

    init?(_ value: String, of name: String) throws {
        guard value.hasPrefix("smtp://") || value.hasPrefix("smtps://") else { return nil }
        do {
            server = try SMTPServer(value)
        } catch {
            // The value holds a password.
            throw SettingsError(name, "smtp://…", error.reason)
        }
    }

    func notifier(_ resources: NotifierResources) -> any Notifier {
        SMTPNotifier(server: server, from: resources.sender)
    }

    var folder: URL? { nil }

    var topic: String? { nil }
}
