import Logging
import Postgres
import TestSupport
import Testing
import Threads

@testable import Jobs
@testable import Upkeep

@Suite(.timeLimit(.minutes(5))) struct WatchedDutyTests {
    private struct Failing: JobHandler {
        let kind = "retention"
        let failures: Locked<[String]>

        func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
            guard let reason = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return .finished }
            throw JobError.retry(after: nil, reason: reason)
        }
    }

    private static let job = Job(
        jobID: 1, queue: "upkeep", kind: "retention", payload: "{}", priority: 4, attempt: 1, maxAttempts: 3, runAt: "")

    @Test("A duty that fails is an alert, once, until it succeeds; other duties are not touched")
    func alerts() async throws {
        try await Partitions.with { partitions in
            let duty = WatchedDuty(
                duty: Failing(failures: Locked(["the store is away", "still away"])), pool: partitions.pool)
            for detail in ["the store is away", "still away"] {
                await #expect(throws: JobError.self) { try await duty.run(Self.job, partitions.logger) }
                let alerts = try await partitions.pool.run { try $0.upkeepAlerts() }
                #expect(alerts.map { "\($0.kind): \($0.detail)" } == ["retention: \(detail)"])
            }
            _ = try await duty.run(Self.job, partitions.logger)
            #expect(try await partitions.pool.run { try $0.upkeepAlerts() } == [])
            #expect(
                try await partitions.value("select count(*) from jobs.alerts where cleared_at is not null") == "1")
        }
    }

    /// Ends its job itself, so that the next heartbeat misses the claim and cancels what is left.
    private struct Cancelled: JobHandler {
        let kind = "retention"

        func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
            withUnsafeCurrentTask { $0?.cancel() }
            return .finishedByHandler
        }
    }

    @Test("An alert is cleared also where a heartbeat cancels the duty that has ended its job")
    func cancelled() async throws {
        try await Partitions.with { partitions in
            try await partitions.pool.run { _ = try $0.raiseAlert("retention", "the store is away") }
            let duty = WatchedDuty(duty: Cancelled(), pool: partitions.pool)
            _ = try await Task { try await duty.run(Self.job, partitions.logger) }.value
            #expect(try await partitions.pool.run { try $0.upkeepAlerts() } == [])
        }
    }

    @Test("Only periodic jobs are watched")
    func watched() throws {
        let pool = Pool("", maximum: 1)
        let handlers: [any JobHandler] = [Failing(failures: Locked([]))]
        #expect(handlers.watched(UpkeepResources.periodic, pool).allSatisfy { $0 is WatchedDuty })
        #expect(handlers.watched([], pool).allSatisfy { $0 is Failing })
    }
}
