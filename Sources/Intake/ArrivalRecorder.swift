package import Postgres
import Telemetry

/// Records what arrived, whoever tells of it: events of a bucket, the poller, or this service itself.
package struct ArrivalRecorder: Sendable {
    let pool: Pool
    package let pipelines: Pipelines

    package init(pool: Pool, pipelines: Pipelines) {
        self.pool = pool
        self.pipelines = pipelines
    }

    /// All in one transaction; if an object cannot be taken, each in its own, so that it does not keep the others out.
    /// - Parameter events: in an order that is the same for everybody, so that two deliveries of the same do not deadlock.
    func record(_ events: [ObjectEvent]) async throws -> [ArrivalOutcome] {
        do {
            let outcomes = try await pool.transaction { session in
                try events.map { try session.record($0, pipelines) }
            }
            for (event, outcome) in zip(events, outcomes) { count(event, outcome) }
            return outcomes
        } catch let error as PostgresError where error.isDataError {
            var outcomes: [ArrivalOutcome] = []
            for event in events { outcomes.append(try await record(event)) }
            return outcomes
        }
    }

    /// An object that its pipeline cannot take, because of a value of it, is recorded as ignored: it would fail again.
    /// - Throws: such an error too if the event itself cannot be recorded.
    func record(_ event: ObjectEvent) async throws -> ArrivalOutcome {
        let outcome: ArrivalOutcome
        do {
            outcome = try await pool.transaction { try $0.record(event, pipelines) }
        } catch let error as PostgresError where error.isDataError {
            outcome = try await pool.transaction { try $0.passOver(event, because: "\(error)") }
        }
        count(event, outcome)
        return outcome
    }

    /// Records an object that this service stored. An event of the store may have told of it first, and been ignored
    /// because nothing had announced the object yet: that one is forgotten.
    func record(_ event: ObjectEvent, announcing: @escaping @Sendable (Session) throws -> Void) async throws {
        let outcome = try await pool.transaction { session in
            try session.forgetIgnored(event)
            try announcing(session)
            return try session.record(event, pipelines)
        }
        count(event, outcome)
    }

    private func count(_ event: ObjectEvent, _ outcome: ArrivalOutcome) {
        MetricFamily.intakeEvents.add(1, event.source.rawValue, outcome.name)
    }

    /// The same for an object of which nobody knew before: what becomes of it is not looked up.
    func record(
        _ event: ObjectEvent, below route: Route,
        beginning: @escaping @Sendable (Session, ObjectEvent) throws -> ArrivalOutcome
    ) async throws {
        try await pool.transaction { session in
            try session.forgetIgnored(event)
            let outcome = try beginning(session, event)
            try session.executeLater(ObjectEvent.insert(event, route: route, outcome: outcome).prepared())
        }
    }
}
