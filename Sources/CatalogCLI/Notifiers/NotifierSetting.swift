import Foundation
import Ingest

/// How mails go out: what `CATALOG_NOTIFY` names, how that is written, and what is built of it. A kind of notifier is a type of its own,
/// in a file of its own, and a line of `Composition.kindsOfNotifiers`.
protocol NotifierSetting: Sendable {
    /// How the setting is written, for whoever wrote something else.
    static var form: String { get }

    /// - Returns: nil if the value is not written like this kind.
    /// - Throws: `SettingsError` if it is, and cannot be used.
    init?(_ value: String) throws

    func notifier(_ resources: NotifierResources) throws -> any Notifier

    /// Where mails are kept on this machine; nil elsewhere.
    var folder: URL? { get }

    /// ARN of the topic that vendors subscribe to; nil if mails go to their addresses.
    var topic: String? { get }
}

/// What notifiers are built with.
struct NotifierResources: Sendable {
    let cloud: Cloud
    let sender: MailSender
}

extension Variables {
    static let notifierName = "CATALOG_NOTIFY"

    /// - Returns: nil if the variable is not set.
    func notifier() throws -> (any NotifierSetting)? {
        guard let value = self[Self.notifierName] else { return nil }
        let kinds = Composition.kindsOfNotifiers
        for kind in kinds {
            if let notifier = try kind.init(value) { return notifier }
        }
        let forms = kinds.map { $0.form }.joined(separator: " or ")
        throw SettingsError(Self.notifierName, value, "expected \(forms)")
    }
}
