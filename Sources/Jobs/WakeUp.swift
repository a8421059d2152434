import Foundation
import Logging
import Postgres

/// LISTEN, and the watchdog that proves it works.
extension JobWorker {
    /// Rings the bell at each NOTIFY of a queue; listens anew when the connection is lost.
    func listen() async {
        guard configuration.listens else { return }
        while !Task.isCancelled {
            do {
                try await listenOnce()
            } catch is CancellationError {
                return
            } catch {
                logger.warning("queue.listen.lost", metadata: ["error": "\(error)"])
            }
            // Until then the poll finds what comes; only cancellation ends the sleep early.
            try? await Task.sleep(for: configuration.pollInterval)
        }
    }

    private func listenOnce() async throws {
        let watchdog = "jobs.watchdog.\(configuration.workerID)"
        let channels = configuration.concurrency.keys.sorted().map { "jobs.\($0)" } + [String(watchdog.prefix(63))]
        let notifications = try await Listener.listen(try await connector.conninfo(), channels: channels) { [bell] in
            if $0.channel != channels.last { bell.ring() }
        }
        // What was sent before it listened.
        bell.ring()
        let answers = Bell()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await notification in notifications where notification.channel == channels.last {
                    answers.ring()
                }
                try Task.checkCancellation()
            }
            group.addTask { try await self.watch(channel: channels.last!, answers) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Throws when a NOTIFY of its own does not come back: the connection is dead without knowing, or a pooler is in front.
    private func watch(channel: String, _ answers: Bell) async throws {
        var iterator = answers.rings.makeAsyncIterator()
        while true {
            try await Task.sleep(for: configuration.watchdogInterval)
            try await records.run { _ = try $0.execute("select pg_notify(\(channel)::text, '')") }
            let timer = Task {
                try await Task.sleep(for: configuration.watchdogInterval)
                answers.ring()
            }
            let sent = ContinuousClock.now
            _ = await iterator.next()
            timer.cancel()
            if ContinuousClock.now - sent >= configuration.watchdogInterval { throw ListenIsSilent() }
        }
    }
}

/// No NOTIFY arrives.
struct ListenIsSilent: Error, CustomStringConvertible {
    var description: String {
        "LISTEN receives nothing: connect directly, not through a pooler in transaction mode, or poll only (CATALOG_LISTEN=off)"
    }
}
