package import Logging

/// What joins the lines of the log that belong to one piece of work, from the request that began it to its last job.
///
/// It is that of the task: whoever enqueues jobs hands it on to them, and a worker takes it up with the job.
package struct JobContext: Sendable, Equatable {
    /// Of this task; empty where nobody has set one.
    @TaskLocal package static var current = JobContext()

    /// Of the HTTP request that began it, as the caller knows it.
    package var requestID: String?
    /// `traceparent` of that request: "Trace Context", W3C Recommendation.
    package var traceParent: String?

    package init(requestID: String? = nil, traceParent: String? = nil) {
        self.requestID = requestID
        self.traceParent = traceParent
    }

    /// The id that all spans of a trace share.
    package var traceID: String? {
        traceParent.flatMap { parent in
            let parts = parent.split(separator: "-")
            return parts.count >= 2 ? String(parts[1]) : nil
        }
    }

    /// For every line about this work.
    package var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        if let requestID { metadata["request_id"] = "\(requestID)" }
        if let traceID { metadata["trace_id"] = "\(traceID)" }
        return metadata
    }

    /// To be sent on to whoever is asked for help.
    package var headers: [(name: String, value: String)] {
        [("X-Request-Id", requestID), ("traceparent", traceParent)].compactMap { name, value in value.map { (name, $0) }
        }
    }
}
