import Logging
import Postgres
import Threads

extension JobWorkerConfiguration {
    /// How wake-ups are listened for.
    package struct Listening: Sendable {
        /// How often a NOTIFY of its own proves that LISTEN works.
        package var watchdogInterval: Duration = .seconds(30)
        /// How long it waits before it listens again after its connection was lost; until then the poll finds what comes.
        package var pause: Duration = .seconds(1)

        package init() {}
    }
}

/// LISTEN, and the watchdog that proves that it works. Its connection is also the sign by which other workers know that this one lives.
struct WakeUpListener: WorkerAgent {
    let context: WorkerContext
    let configuration: JobWorkerConfiguration.Listening
    let queues: [String]
    /// What else is listened to, by channel, with what takes the payload. Must not block.
    let heard: [String: @Sendable (String) -> Void]
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
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await listen())
        } catch {
            outcome = .failure(error)
        }
        await vanish()
        try outcome.get()
    }

    private func appear(_ session: Session) throws {
        if let number = try session.registerWorker(context.workerID) {
            context.presence.withLock { $0.appear(number) }
        } else {
            context.logger.warning(
                "queue.presence.off",
                metadata: [
                    "reason": "a pooler is in front: the jobs of a killed worker wait for the end of their leases"
                ])
        }
    }

    /// This worker lives though its connection is gone: nobody may take its jobs for that.
    private func vanish() async {
        guard let number = context.presence.withLock({ $0.vanish(at: .now) }) else { return }
        // A task of its own, because this one may be cancelled. If it fails, the next registration replaces it.
        await Task { [records = context.records] in
            try? await records.run { try $0.unregisterWorker(number) }
        }.value
    }

    private func listen() async throws {
        let watchdog = String("jobs.watchdog.\(context.workerID)".prefix(63))
        let channels = queues.sorted().map { "jobs.\($0)" } + heard.keys.sorted() + [watchdog]
        let (context, heard) = (context, heard)
        let notifications = try await connector.firstThatWorks { conninfo in
            try await Listener.listen(conninfo, channels: channels, setUp: { try appear($0) }) {
                guard $0.channel != watchdog else { return false }
                if let hear = heard[$0.channel] { hear($0.payload) } else { context.claimSignal.signal() }
                return true
            }
        }
        // What was sent before it listened.
        context.claimSignal.signal()
        let answers = WakeSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await _ in notifications { answers.signal() }
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
            try await context.records.run { try $0.tellNow(channel) }
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
