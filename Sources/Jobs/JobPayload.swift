import Foundation
import Logging

/// What the queue itself reads of a payload: ids for the log, and where the job comes from.
package struct JobPayload: Decodable, Sendable {
    /// Under this name in the payload, beside what the handler reads.
    private struct Context: Decodable, Sendable {
        var request_id: String?
        var traceparent: String?
    }

    private var upload_id: String?
    private var vendor_id: String?
    private var window: String?
    /// Of a list to be enriched; in the log it has a name of its own.
    private var request_id: String?
    private var context: Context?

    /// Nothing is known of a payload of another kind. One that names nothing of all that is not parsed: that would cost as much as the rest of a
    /// job that does nothing.
    init(_ text: String) {
        guard text.withCString({ text in Self.names.contains { strstr(text, $0) != nil } }) else { return }
        self = (try? JSONDecoder().decode(JobPayload.self, from: Data(text.utf8))) ?? JobPayload()
    }

    private init() {}

    private static let names = ["upload_id", "vendor_id", "window", "request_id", "context"].map { "\"\($0)\"" }

    /// The id of the upload or the list that the job is about, or its window; nil if it is about none.
    package var subject: String? { upload_id ?? request_id ?? window }

    package var jobContext: JobContext {
        JobContext(requestID: context?.request_id, traceParent: context?.traceparent)
    }

    /// For every line about the job.
    var metadata: Logger.Metadata {
        let ids = [
            ("upload_id", upload_id), ("vendor_id", vendor_id), ("window", window), ("enrichment_id", request_id),
        ]
        return ids.reduce(into: jobContext.metadata) { metadata, id in
            if let value = id.1 { metadata[id.0] = "\(value)" }
        }
    }

    /// A payload with the context of whoever enqueues it.
    static func payload(_ text: String, in context: JobContext) -> String {
        guard context != JobContext(), text.hasSuffix("}") else { return text }
        var values: [String: String] = [:]
        values["request_id"] = context.requestID
        values["traceparent"] = context.traceParent
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Strings always encode.
        let encoded = String(decoding: try! encoder.encode(values), as: UTF8.self)
        let rest = text.dropLast()
        let isEmpty = rest.dropFirst().allSatisfy(\.isWhitespace)
        return "\(rest)\(isEmpty ? "" : ",")\"context\":\(encoded)}"
    }
}
