package import AWS
package import Logging
import ServiceLifecycle

/// Takes events from a queue of SQS, to which a bucket, a topic or EventBridge sends them.
///
/// A message is deleted when its arrivals are committed; until then the queue gives it again, and an object version counts once. Who may send is
/// decided by the queue's policy: messages of SNS are opened without a look at their signature. What is no event stays, so that the queue's own
/// rule for messages that nobody can handle applies to it.
package struct EventQueue: Service {
    private static let pause = Duration.seconds(5)

    private let client: SQSClient
    private let queue: String
    private let intake: EventIntake
    private let logger: Logger

    /// - Parameter queue: its URL.
    package init(client: SQSClient, queue: String, intake: EventIntake, logger: Logger) {
        self.client = client
        self.queue = queue
        self.intake = intake
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await takeSome()
                } catch  where !Task.isCancelled {
                    logger.error("intake.queue.failed", metadata: ["queue": "\(queue)", "error": "\(error)"])
                    // Only cancellation ends the sleep early, and the loop's condition sees it.
                    try? await Task.sleep(for: Self.pause)
                } catch {}  // The stop that was asked for.
            }
        }
    }

    private func takeSome() async throws {
        var done: [SQSClient.Message] = []
        var failure: (any Error)?
        for message in try await client.receive(from: queue) {
            do {
                _ = try await intake.receive(queued: Array(message.body.utf8))
                done.append(message)
            } catch let error as ObjectEventError {
                logger.error(
                    "intake.queue.unreadable",
                    metadata: ["queue": "\(queue)", "message": "\(message.id)", "error": "\(error)"])
            } catch {
                failure = error
            }
        }
        if !done.isEmpty {
            let left = try await client.delete(done, from: queue)
            if left > 0 {
                logger.warning("intake.queue.undeleted", metadata: ["queue": "\(queue)", "messages": "\(left)"])
            }
        }
        if let failure { throw failure }
    }
}
