import Foundation
import Ingest

/// A topic of SNS: `sns:TOPIC_ARN`, or the ARN alone.
struct TopicNotifierSetting: NotifierSetting {
    static let form = "sns:TOPIC_ARN"

    let arn: String

    init?(_ value: String, of name: String) throws {
        guard value.hasPrefix("sns:") || value.hasPrefix("arn:") else { return nil }
        arn = try Variables.topic(name, value, after: "sns:")
    }

    func notifier(_ resources: NotifierResources) throws -> any Notifier {
        TopicNotifier(client: try resources.cloud.topics(), topic: arn)
    }

    var folder: URL? { nil }

    var topic: String? { arn }
}
