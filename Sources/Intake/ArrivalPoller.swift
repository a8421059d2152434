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
    /// What was put before has been found.
    private let covered = Locked(ContinuousClock.now)
    /// By the URL of the route.
    private let walks = Locked<[String: PollerWalk]>([:])

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
                do {
                    let found = try await runOnce()
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
    package var lag: Duration { ContinuousClock.now - covered.withLock { $0 } }

    /// One round over all routes; a bucket that cannot be listed does not keep the others waiting.
    /// - Returns: how many arrivals no event had announced.
    package func runOnce() async throws -> Int {
        let begin = ContinuousClock.now
        var found = 0
        let routes = try await recorder.pool.run { try $0.routes() }
        for route in routes {
            do {
                found += try await poll(route)
            } catch  where !(error is CancellationError) {
                logger.error("poller.route.failed", metadata: ["route": "\(route.url)", "error": "\(error)"])
            }
        }
        noteCovered(routes.map(\.url), begin)
        return found
    }

    /// Until each route was walked through once, nothing is known.
    private func noteCovered(_ routes: [String], _ begin: ContinuousClock.Instant) {
        let ends = walks.withLock { walks in
            walks = walks.filter { routes.contains($0.key) }
            return routes.map { walks[$0]?.covered }
        }
        guard !ends.contains(nil) else { return }
        covered.withLock { $0 = ends.compactMap { $0 }.min() ?? begin }
    }

    private func poll(_ route: Route) async throws -> Int {
        let store = try stores.store(bucket: route.bucket)
        var walk = walks.withLock { $0[route.url] } ?? PollerWalk()
        var (found, failures) = (0, 0)
        for _ in 0..<PollerWalk.pages {
            let page = try await store.list(prefix: route.prefix, after: walk.position)
            guard let last = page.last else {
                walk.end()
                break
            }
            found += try await take(page, of: store, route, &failures)
            walk.advance(to: last.key)
        }
        for _ in 0..<PollerWalk.pages where walk.looksBehind {
            let page = try await store.list(prefix: route.prefix, after: walk.highest)
            guard let last = page.last else { break }
            found += try await take(page, of: store, route, &failures)
            walk.see(last.key)
        }
        walks.withLock { [walk] in $0[route.url] = walk }
        return found
    }

    /// One object that cannot be looked at, or not be recorded, does not keep those behind it waiting; several in a row are no
    /// matter of theirs.
    private func take(
        _ page: [ObjectInfo], of store: any ObjectStore, _ route: Route, _ failures: inout Int
    ) async throws -> Int {
        var found = 0
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
