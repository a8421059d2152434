import Catalog
import Logging
import Postgres
import ServiceLifecycle

/// Records once a second which changes of products were committed since. All workers do so, and whoever comes first does it for all.
struct HistoryTicker: Service {
    let pool: Pool
    let logger: Logger
    var interval = Duration.seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    _ = try await pool.transaction { try $0.tick(waits: false) }
                } catch  where !Task.isCancelled {
                    // What is not recorded now is at the next tick, by this process or another.
                    logger.warning("history.tick.failed", metadata: ["error": "\(error)"])
                } catch {}  // The stop that was asked for.
                // Only cancellation ends the sleep early, and the loop's condition sees it.
                try? await Task.sleep(for: interval)
            }
        }
    }
}
