import Logging
import Postgres
import Threads

/// Takes the jobs that wait behind a running one of their serial key out of the way of claims, which would pass over them one by one.
///
/// Nothing depends on it but time: a claim compares serial keys itself.
struct JobParker: WorkerAgent {
    let context: WorkerContext
    /// Between two looks while a job with a serial key runs here, besides the one when a claim brings it.
    var interval = Duration.seconds(5)
    /// Between two searches for what nobody would put back.
    var searchInterval = Duration.seconds(60)

    func run() async {
        let ticker = Task {
            // Only cancellation ends the sleep early.
            while (try? await Task.sleep(for: interval)) != nil { context.parkSignal.signal() }
        }
        var searched = ContinuousClock.now
        for await _ in context.parkSignal.wakeUps {
            let searches = ContinuousClock.now - searched >= searchInterval
            // Behind those of other workers, they park.
            guard searches || context.ledger.withLock({ $0.holdsSerialKey }) else { continue }
            if searches { searched = .now }
            do {
                try await runOnce(searches: searches)
            } catch is CancellationError {
                break
            } catch {
                context.logger.error("queue.park.failed", metadata: ["error": "\(error)"])
            }
        }
        ticker.cancel()
    }

    /// - Returns: how many were parked.
    @discardableResult
    func runOnce(searches: Bool) async throws -> Int {
        let count = try await context.records.run { try $0.parkJobs() }
        // Between two batches others have their turn.
        if count >= ParkingQueries.batch { context.parkSignal.signal() }
        if searches {
            let forgotten = try await context.records.transaction { try $0.unparkForgottenJobs() }
            if forgotten > 0 { context.logger.error("queue.jobs.forgotten", metadata: ["jobs": "\(forgotten)"]) }
        }
        return count
    }
}
