import Jobs
import Logging
import Postgres
import Relay

/// The targets of the relay as a process of the service uses them.
extension Composition {
    /// - Parameter pool: of the worker.
    func relay(_ pool: Pool) -> RelayResources {
        RelayResources(pool: pool, stores: stores, targets: archiveStores(), settings: settings.relay.settings)
    }

    /// Says at once what the first window would tell. It does not stop the start: a target may be away for days.
    func lookAtTargets(_ logger: Logger) async {
        for (name, error) in await archiveStores().unusable() {
            logger.error("relay.target.unusable", metadata: ["target": "\(name)", "error": "\(error)"])
        }
    }
}

extension RelayOptions {
    /// A worker takes the windows of the targets that it knows, and leaves the rest to others.
    func adapt(_ configuration: inout JobWorkerConfiguration) {
        if targets[""] == nil { configuration.concurrency[RelayJob.queue] = nil }
        for queue in targets.keys.map(RelayJob.queue) {
            let limit = max(configuration.timeLimits.standard, longestUpload)
            configuration.timeLimits.byQueue[queue] = configuration.timeLimits.byQueue[queue] ?? limit
        }
    }
}

extension [String: any ArchiveStore] {
    /// Those that cannot be used, and why. All are asked at the same time.
    func unusable() async -> [(name: String, error: any Error)] {
        await withTaskGroup(of: (String, (any Error)?).self) { group in
            for (name, store) in self {
                group.addTask {
                    do {
                        try await store.check()
                        return (name, nil)
                    } catch {
                        return (name, error)
                    }
                }
            }
            return await group.reduce(into: []) { found, one in
                if let error = one.1 { found.append((one.0, error)) }
            }.sorted { $0.name < $1.name }
        }
    }

    /// A worker is of use as long as one target is: the windows of the others wait, and say so.
    /// - Throws: why not, if there are targets and none can be used.
    func requireOne() async throws {
        let unusable = await unusable()
        if let first = unusable.first, unusable.count == count { throw first.error }
    }
}
