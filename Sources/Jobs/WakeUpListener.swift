import Logging
import Postgres

extension JobWorkerConfiguration {
    /// How wake-ups are listened for.
    public struct Listening: Sendable {
        /// How often a NOTIFY of its own proves that LISTEN works.
        public var watchdogInterval: Duration = .seconds(30)
        /// How long it waits before it listens again after its connection was lost; until then the poll finds what comes.
        public var pause: Duration = .seconds(1)

        public init() {}
    }
}

/// LISTEN, and the watchdog that proves that it works.
struct WakeUpListener: WorkerAgent {
    let context: WorkerContext
    let configuration: JobWorkerConfiguration.Listening
    let queues: [String]
    let connector: Connector

    /// Signals at each NOTIFY of a queue; listens anew when the connection is lost.
    func run() async {
        while !Task.isCancelled {
            do {
                try await runOnce()
            } catch is CancellationError {
                return
            } catch {
                context.logger.warning("queue.listen.lost", metadata: ["error": "\(error)"])
            }
            // Only cancellation ends the sleep early.
            try? await Task.sleep(for: configuration.pause)
        }
    }

    /// Listens until the connection is lost.
    func runOnce() async throws {
        let watchdog = String("jobs.watchdog.\(context.workerID)".prefix(63))
        let channels = queues.sorted().map { "jobs.\($0)" } + [watchdog]
        let context = context
        let notifications = try await Listener.listen(try await connector.conninfo(), channels: channels) {
            if $0.channel != watchdog { context.claimSignal.signal() }
        }
        // What was sent before it listened.
        context.claimSignal.signal()
        let answers = WakeSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await notification in notifications where notification.channel == watchdog { answers.signal() }
                try Task.checkCancellation()
            }
            group.addTask { try await self.watch(channel: watchdog, answers) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Throws when a NOTIFY of its own does not come back: the connection is dead without knowing, or a pooler is in front.
    private func watch(channel: String, _ answers: WakeSignal) async throws {
        var iterator = answers.wakeUps.makeAsyncIterator()
        while true {
            try await Task.sleep(for: configuration.watchdogInterval)
            try await context.records.run { _ = try $0.execute("select pg_notify(\(channel)::text, '')") }
            let timer = Task {
                try await Task.sleep(for: configuration.watchdogInterval)
                answers.signal()
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
