package import Curl
import Text

/// Messages as JSON to an address of the operators: what chats call an incoming webhook.
///
/// `text` is what Slack, Mattermost and others show; `subject`, `body`, `kind` and `id` are for programs.
package struct WebhookNotifier: Notifier {
    package let channel = "webhook"
    private static let timeout = Duration.seconds(15)

    private let url: String
    private let http: HTTPClient

    /// - Parameter url: holds a secret as a rule.
    package init(url: String, http: HTTPClient) {
        self.url = url
        self.http = http
        KnownSecrets.remember(url)
    }

    /// Whoever reads there is known to the address.
    package func send(_ mail: any Mail, to recipient: String?, identifier: String) async throws {
        var json = JSONWriter()
        json.object { json in
            json.string("text", "\(mail.subject)\n\n\(mail.body)")
            json.string("subject", mail.subject)
            json.string("body", mail.body)
            for (name, value) in mail.attributes { json.string(name, value) }
            json.string("id", identifier)
        }
        let request = HTTPRequest(
            "POST", url, headers: [("Content-Type", "application/json")], body: .bytes(json.bytes),
            timeout: Self.timeout)
        let response = try await http.send(request)
        guard response.isSuccess else { throw WebhookRefused(status: response.status) }
    }
}

/// The address took no message.
struct WebhookRefused: Error, CustomStringConvertible {
    var status: Int

    var description: String { "the webhook answered \(status)" }
}
