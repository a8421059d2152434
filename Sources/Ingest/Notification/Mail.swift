/// What a notifier carries.
package protocol Mail: Sendable {
    /// May hold any character but line breaks.
    var subject: String { get }
    /// Lines end with LF.
    var body: String { get }
    /// What subscriptions of a topic filter by.
    var attributes: [String: String] { get }
}
