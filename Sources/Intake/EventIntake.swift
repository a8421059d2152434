import AWS
import Foundation
import Jobs
package import Logging
import Text

/// Takes event bodies of any of the known shapes and records what arrived.
package struct EventIntake: Sendable {
    private let recorder: ArrivalRecorder
    private let token: String?
    private let topic: TrustedTopic?
    private let logger: Logger

    /// - Parameters:
    ///   - token: whoever posts must know it, except SNS, which signs.
    ///   - topic: of SNS; without one its messages are refused. With a topic and no token only SNS is heard; with neither
    ///     everybody who reaches the address may post, which is for the caller to allow.
    package init(recorder: ArrivalRecorder, token: String?, topic: TrustedTopic?, logger: Logger) {
        self.recorder = recorder
        self.token = token
        self.topic = topic
        self.logger = logger
    }

    /// - Parameter authorization: the request's header: `Bearer TOKEN`, or the bare token.
    /// - Returns: what became of each object, by bucket and key.
    /// - Throws: `ObjectEventError`, `EventRefused`; `EventUnverifiable`, `PostgresError`: the sender shall try again.
    package func receive(_ body: [UInt8], authorization: String?) async throws -> [ArrivalOutcome] {
        guard !StackedMarks.areIn(json: body) else {
            throw ObjectEventError.stackedMarks
        }
        // Whatever is not a message of SNS is tried as an event.
        guard let message = try? SNSMessage(body) else {
            try authorize(authorization)
            return try await record(try ObjectEventParser.events(in: body))
        }
        guard let topic else {
            throw EventRefused.untrusted(
                reason: "messages of SNS are refused: set CATALOG_EVENTS_TOPIC to the topic's ARN")
        }
        guard let payload = try await Self.open(message, topic) else { return [] }
        return try await record(try Self.events(in: payload))
    }

    /// - Parameter body: of a message of a queue, whose policy says who may send: an event, or a message of SNS that holds one.
    /// - Returns: what became of each object, by bucket and key.
    /// - Throws: `ObjectEventError`; `PostgresError`: the queue shall give it again.
    func receive(queued body: [UInt8]) async throws -> [ArrivalOutcome] {
        guard !StackedMarks.areIn(json: body) else { throw ObjectEventError.stackedMarks }
        // Whatever is not a message of SNS is tried as an event.
        guard let message = try? SNSMessage(body) else {
            return try await record(try ObjectEventParser.events(in: body))
        }
        return try await record(try Self.events(in: message.message))
    }

    private static func events(in payload: String) throws -> [ObjectEvent] {
        try ObjectEventParser.events(in: Array(payload.utf8)).map { event in
            var event = event
            event.source = .sns
            return event
        }
    }

    /// All objects of a body or none: whoever sent it may send it again. In one order for all bodies, so that two that
    /// name the same objects do not wait for each other.
    private func record(_ events: [ObjectEvent]) async throws -> [ArrivalOutcome] {
        let events = events.sorted { ($0.bucket, $0.key, $0.version) < ($1.bucket, $1.key, $1.version) }
        let outcomes = try await recorder.record(events)
        for (event, outcome) in zip(events, outcomes) {
            var metadata: Logger.Metadata = [
                "bucket": "\(event.bucket)", "key": "\(event.key)", "source": "\(event.source.rawValue)",
                "outcome": "\(outcome)",
            ]
            // The id of a list that is enriched is that of no HTTP request.
            if case .accepted(let work) = outcome {
                metadata[work.name == "request_id" ? "enrichment_id" : work.name] = "\(work.id)"
            }
            metadata.merge(JobContext.current.metadata) { $1 }
            logger.info("intake.arrived", metadata: metadata)
        }
        return outcomes
    }

    private static func open(_ message: SNSMessage, _ topic: TrustedTopic) async throws -> String? {
        do {
            return try await topic.open(message)
        } catch let error where !(error is EventRefused || error is CancellationError) {
            throw EventUnverifiable(reason: String(describing: error))
        }
    }

    private func authorize(_ header: String?) throws {
        guard let token else {
            guard topic == nil else {
                throw EventRefused.untrusted(
                    reason: "only messages of the SNS topic are accepted: set CATALOG_EVENTS_TOKEN to accept others")
            }
            return
        }
        // RFC 9110, section 11.1: the scheme's name is in any case.
        let given =
            header.map { $0.lowercased().hasPrefix("bearer ") ? String($0.dropFirst("Bearer ".count)) : $0 } ?? ""
        guard Self.isEqual(Array(given.utf8), Array(token.utf8)) else { throw EventRefused.unauthorized }
    }

    /// Takes as long for the first wrong byte as for the last.
    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// The sender may not post events.
package enum EventRefused: Error, CustomStringConvertible, Equatable {
    case unauthorized
    case untrusted(reason: String)

    package var description: String {
        switch self {
        case .unauthorized: "the token is missing or wrong: send 'Authorization: Bearer' with CATALOG_EVENTS_TOKEN"
        case .untrusted(let reason): reason
        }
    }
}

/// A message that may be genuine, but whose proof cannot be had now: the sender shall try again.
package struct EventUnverifiable: Error, CustomStringConvertible, Equatable {
    var reason: String

    /// For operators.
    package var description: String { reason }
}
