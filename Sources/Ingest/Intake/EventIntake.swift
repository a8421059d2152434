import Foundation
import Jobs
import Logging
import Postgres

/// Takes event bodies of any of the known shapes and records what arrived.
public struct EventIntake: Sendable {
    private let pool: Pool
    private let token: String?
    private let logger: Logger

    /// - Parameter token: whoever posts must know it; nil lets everybody who reaches the address post.
    public init(pool: Pool, token: String?, logger: Logger) {
        self.pool = pool
        self.token = token
        self.logger = logger
    }

    /// - Parameter authorization: the request's header: `Bearer TOKEN`, or the bare token.
    /// - Returns: what became of each object, in the order of the body.
    /// - Throws: `ObjectEventError`, `EventRefused`; `PostgresError`: the sender shall try again.
    public func receive(_ body: [UInt8], authorization: String?) async throws -> [ArrivalOutcome] {
        try authorize(authorization)
        return try await record(try ObjectEventParser.events(in: body))
    }

    /// All objects of a body or none: whoever sent it may send it again.
    private func record(_ events: [ObjectEvent]) async throws -> [ArrivalOutcome] {
        let outcomes = try await pool.transaction { session -> [ArrivalOutcome] in try events.map(session.arrive) }
        for (event, outcome) in zip(events, outcomes) {
            logger.info(
                "intake.arrived",
                metadata: [
                    "bucket": "\(event.bucket)", "key": "\(event.key)", "source": "\(event.source.rawValue)",
                    "outcome": "\(outcome)",
                ])
        }
        return outcomes
    }

    private func authorize(_ header: String?) throws {
        guard let token else { return }
        let given = header.map { $0.hasPrefix("Bearer ") ? String($0.dropFirst("Bearer ".count)) : $0 } ?? ""
        guard Self.isEqual(Array(given.utf8), Array(token.utf8)) else { throw EventRefused.unauthorized }
    }

    /// Takes as long for the first wrong byte as for the last.
    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// The sender may not post events.
public enum EventRefused: Error, CustomStringConvertible, Equatable {
    case unauthorized
    case untrusted(reason: String)

    public var description: String {
        switch self {
        case .unauthorized: "the token is missing or wrong: send 'Authorization: Bearer' with CATALOG_EVENTS_TOKEN"
        case .untrusted(let reason): reason
        }
    }
}
