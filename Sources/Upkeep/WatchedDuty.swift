package import Jobs
import Logging
package import Postgres

/// A periodic job whose failure is an alert, and whose next success ends it.
struct WatchedDuty: JobHandler {
    let duty: any JobHandler
    let pool: Pool

    var kind: String { duty.kind }

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        do {
            let completion = try await duty.run(job, logger)
            // A task of its own: where the duty has ended its job itself, the next heartbeat misses the claim and cancels this one.
            await Task { await tell(logger) { try $0.clearAlert(kind) ? .cleared : nil } }.value
            return completion
        } catch let lost as LeaseLost {
            throw lost
        } catch JobError.postponed(let delay, let reason) {
            throw JobError.postponed(for: delay, reason: reason)
        } catch  where !(error is CancellationError) {
            await tell(logger) { try $0.raiseAlert(kind, "\(error)") ? .raised("\(error)") : nil }
            throw error
        }
    }

    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        try duty.giveUp(job, session, error: error)
    }

    private enum Change: Sendable { case raised(String), cleared }

    /// The work counts, whether or not its alert could be written.
    private func tell(_ logger: Logger, _ body: @escaping @Sendable (Session) throws -> Change?) async {
        do {
            switch try await pool.run({ try body($0) }) {
            case .raised(let detail)?:
                logger.error("upkeep.alert.raised", metadata: ["alert": "\(kind)", "detail": "\(detail)"])
            case .cleared?: logger.notice("upkeep.alert.cleared", metadata: ["alert": "\(kind)"])
            case nil: break
            }
        } catch {
            logger.warning("upkeep.alert.failed", metadata: ["alert": "\(kind)", "error": "\(error)"])
        }
    }
}

extension [any JobHandler] {
    /// Raises an alert when one of the periodic jobs fails.
    package func watched(_ periodic: [PeriodicJob], _ pool: Pool) -> [any JobHandler] {
        let duties = Set(periodic.map(\.job.kind))
        return map { duties.contains($0.kind) ? WatchedDuty(duty: $0, pool: pool) : $0 }
    }
}
