/// What a notifier carries.
package protocol Mail: Sendable {
    /// May hold any character but line breaks.
    var subject: String { get }
    /// Lines end with LF.
    var body: String { get }
    /// What subscriptions of a topic filter by.
    var attributes: [String: String] { get }
    /// Whether it opens something to whoever reads it.
    var isSecret: Bool { get }
}

extension Mail {
    package var isSecret: Bool { false }
}
