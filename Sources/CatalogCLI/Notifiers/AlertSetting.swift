import API
import Curl
import Ingest
import Postgres

/// Where alerts go: what `CATALOG_ALERTS` names. A notifier as `CATALOG_NOTIFY` has it, with `?to=ADDRESS` where mails need one, or a webhook.
struct AlertSetting: Sendable {
    private static let name = "CATALOG_ALERTS"
    private static let form = "sns:TOPIC_ARN, smtp://[USER:PASSWORD@]HOST:PORT?to=ADDRESS or webhook:URL"

    private enum Place: Sendable { case notifier(any NotifierSetting, recipient: String?), webhook(String) }

    private let place: Place

    /// - Returns: nil if nobody is to be told.
    init?(_ variables: Variables, notifier: any NotifierSetting, operators: String?) throws {
        guard let value = variables[Self.name] else {
            guard let operators else { return nil }
            place = .notifier(notifier, recipient: operators)
            return
        }
        if value.hasPrefix("webhook:") {
            let url = String(value.dropFirst("webhook:".count))
            guard let address = WebAddress(url),
                address.scheme == "https" || ListenAddress(host: address.host, port: 0).isLoopback
            else {
                throw SettingsError(Self.name, "webhook:…", "expected webhook: and an https URL")
            }
            place = .webhook(url)
            return
        }
        let parts = value.split(separator: "?to=", maxSplits: 1).map(String.init)
        guard let named = try Variables.notifier(parts.first ?? "", of: Self.name) else {
            throw SettingsError(Self.name, Self.shown(value), "expected \(Self.form)")
        }
        let recipient = try parts.dropFirst().first.map { try Variables.address(Self.name, $0) }
        guard named.topic != nil || recipient != nil else {
            throw SettingsError(Self.name, Self.shown(value), "say whom to mail: …?to=operators@acme.example")
        }
        place = .notifier(named, recipient: recipient)
    }

    /// It may hold a password.
    private static func shown(_ value: String) -> String { value.split(separator: ":").first.map { "\($0):…" } ?? "" }

    func job(_ pool: Pool, _ resources: NotifierResources) throws -> AlertsJob {
        switch place {
        case .notifier(let setting, let recipient):
            AlertsJob(pool: pool, notifier: try setting.notifier(resources), recipient: recipient)
        case .webhook(let url):
            AlertsJob(pool: pool, notifier: WebhookNotifier(url: url, http: HTTPClient()), recipient: nil)
        }
    }
}
