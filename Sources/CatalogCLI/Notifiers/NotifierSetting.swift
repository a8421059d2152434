import Foundation
import Ingest

/// How mails go out: what `CATALOG_NOTIFY` names, how that is written, and what is built of it. A kind of notifier is a type of its own,
/// in a file of its own, and a line of `Composition.kindsOfNotifiers`.
protocol NotifierSetting: Sendable {
    /// How the setting is written, for whoever wrote something else.
    static var form: String { get }

    /// - Parameter name: of the variable.
    /// - Returns: nil if the value is not written like this kind.
    /// - Throws: `SettingsError` if it is, and cannot be used.
    init?(_ value: String, of name: String) throws

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
    /// - Returns: nil if the variable is not set.
    func notifier(_ name: String) throws -> (any NotifierSetting)? {
        guard let value = self[name] else { return nil }
        if let notifier = try Self.notifier(value, of: name) { return notifier }
        let forms = Composition.kindsOfNotifiers.map { $0.form }.joined(separator: " or ")
        throw SettingsError(name, value, "expected \(forms)")
    }

    /// - Parameter name: of the variable that has the value.
    /// - Returns: nil if the value is written like no kind.
    static func notifier(_ value: String, of name: String) throws -> (any NotifierSetting)? {
        for kind in Composition.kindsOfNotifiers {
            if let notifier = try kind.init(value, of: name) { return notifier }
        }
        return nil
    }
}
