import Postgres

/// Records what arrived, whoever tells of it: events of a bucket, the poller, or this service itself.
package struct ArrivalRecorder: Sendable {
    let pool: Pool
    private let pipelines: Pipelines

    package init(pool: Pool, pipelines: Pipelines) {
        self.pool = pool
        self.pipelines = pipelines
    }

    /// All in one transaction.
    /// - Parameter events: in an order that is the same for everybody, so that two deliveries of the same do not deadlock.
    func record(_ events: [ObjectEvent]) async throws -> [ArrivalOutcome] {
        try await pool.transaction { session in try events.map { try session.record($0, pipelines) } }
    }

    func record(_ event: ObjectEvent) async throws -> ArrivalOutcome {
        try await pool.transaction { try $0.record(event, pipelines) }
    }

    /// Records an object that this service stored. An event of the store may have told of it first, and been ignored
    /// because nothing had announced the object yet: that one is forgotten.
    func record(_ event: ObjectEvent, announcing: @escaping @Sendable (Session) throws -> Void) async throws {
        try await pool.transaction { session in
            try session.forgetIgnored(event)
            try announcing(session)
            _ = try session.record(event, pipelines)
        }
    }
}
