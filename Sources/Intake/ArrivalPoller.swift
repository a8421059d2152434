import Foundation
package import Logging
import Postgres
import ServiceLifecycle
package import Storage
import Threads

/// Lists the routed prefixes: for stores that announce nothing, and for what an event lost.
package struct ArrivalPoller: Service {
    private let recorder: ArrivalRecorder
    private let stores: any ObjectStores
    private let interval: Duration
    private let logger: Logger
    /// When the last round began that got to its end.
    private let lastRound = Locked(ContinuousClock.now)

    /// - Parameter interval: between the end of one round and the beginning of the next.
    package init(recorder: ArrivalRecorder, stores: any ObjectStores, interval: Duration, logger: Logger) {
        self.recorder = recorder
        self.stores = stores
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let begin = ContinuousClock.now
                do {
                    let found = try await runOnce()
                    lastRound.withLock { $0 = begin }
                    if found > 0 { logger.notice("poller.found", metadata: ["objects": .stringConvertible(found)]) }
                } catch  where !Task.isCancelled {
                    logger.error("poller.failed", metadata: ["error": "\(error)"])
                } catch {}  // The stop that was asked for.
                // Only cancellation ends the sleep early, and the loop's condition sees it.
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// What was put longer ago has been found.
    package var lag: Duration { ContinuousClock.now - lastRound.withLock { $0 } }

    /// One round over all routes; a bucket that cannot be listed does not keep the others waiting.
    /// - Returns: how many arrivals no event had announced.
    package func runOnce() async throws -> Int {
        var found = 0
        for route in try await recorder.pool.run({ try $0.routes() }) {
            do {
                found += try await poll(route)
            } catch  where !(error is CancellationError) {
                logger.error("poller.route.failed", metadata: ["route": "\(route.url)", "error": "\(error)"])
            }
        }
        return found
    }

    /// One object that cannot be looked at, or not be recorded, does not keep those behind it waiting; several in a row are no
    /// matter of theirs.
    private func poll(_ route: Route) async throws -> Int {
        let store = try stores.store(bucket: route.bucket)
        var (found, failures, last) = (0, 0, String?.none)
        while case let page = try await store.list(prefix: route.prefix, after: last), let end = page.last {
            for key in try await recorder.pool.run({ try $0.unannounced(page, below: route) }) {
                do {
                    if try await take(key, of: store, route) { found += 1 }
                    failures = 0
                } catch  where !(error is CancellationError) {
                    failures += 1
                    guard failures < Self.failuresInARow else { throw error }
                    logger.error(
                        "poller.object.failed",
                        metadata: ["bucket": "\(route.bucket)", "key": "\(key)", "error": "\(error)"])
                }
            }
            last = end.key
        }
        return found
    }

    /// So many at once mean that the store, or the database, is away.
    private static let failuresInARow = 5

    /// - Returns: whether it is a new arrival.
    private func take(_ key: String, of store: any ObjectStore, _ route: Route) async throws -> Bool {
        // The list names no versions.
        guard let info = try await store.head(key) else { return false }
        let event = ObjectEvent(
            source: .poller, bucket: route.bucket, key: key, versionID: info.version, etag: info.etag,
            byteCount: info.size, occurredAt: info.lastModified)
        return try await recorder.record(event).isNew
    }
}
