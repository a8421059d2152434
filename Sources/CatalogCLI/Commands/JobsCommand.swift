import ArgumentParser
import Foundation
import Jobs
import Postgres

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Look at the queue; retry dead jobs; pause and resume queues.",
        subcommands: [Status.self, Dead.self, Retry.self, Pause.self, Resume.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show the state of each queue, and what holds vacuum back.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let report = try await Composition().withConnection { connection in
                try await connection.run { try Report(queues: $0.queueStatuses(), health: $0.queueHealth()) }
            }
            if json { return try JSONOutput.print(report) }
            print(report.rendered(Style()))
        }
    }

    struct Report: Encodable {
        var queues: [QueueStatus]
        var health: QueueHealth

        func rendered(_ style: Style) -> TerminalText {
            var table = Table("QUEUE", "READY", "WAITING", "RUNNING", "DEAD", "OLDEST READY", "")
            for queue in queues {
                table.add(
                    queue.queue, queue.ready.grouped, queue.waiting.grouped, queue.running.grouped, queue.dead.grouped,
                    queue.oldestReadySeconds.map { "\(Int($0)) s" } ?? "", queue.isPaused ? "paused" : "")
            }
            let queueLines: TerminalText = queues.isEmpty ? "no jobs" : table.rendered(style)
            var lines: [TerminalText] = [
                queueLines, "",
                "dead tuples  \(health.deadTuples.grouped) in \((health.tableBytes / 1024).grouped) KiB"
                    + (health.lastAutovacuum.map { ", last autovacuum \($0)" as TerminalText } ?? ""),
            ]
            lines += vacuumLines
            return lines.joined(separator: "\n")
        }

        /// Who holds vacuum back, as far as this user may see it.
        private var vacuumLines: [TerminalText] {
            var lines: [TerminalText] = []
            if let oldest = health.oldestTransaction {
                let description = [oldest.user, oldest.application, oldest.state].filter { !$0.isEmpty }
                lines.append(
                    "vacuum waits for pid \(oldest.pid) (\(description.joined(separator: ", "))), \(Int(oldest.seconds)) s old"
                )
            }
            if let prepared = health.oldestPreparedTransaction {
                lines.append(
                    "vacuum waits for the prepared transaction '\(prepared.name)' of \(prepared.owner), "
                        + "\(Int(prepared.seconds)) s old: commit or roll it back")
            }
            if let slot = health.oldestReplicationSlot {
                lines.append(
                    "vacuum waits for the replication slot '\(slot.name)' (\(slot.isActive ? "active" : "not in use")), "
                        + "\(slot.transactions.grouped) transactions behind")
            }
            if health.hiddenSessions > 0 {
                lines.append(
                    "hidden: what \(health.hiddenSessions.grouped) sessions of other users do; "
                        + "as an administrator: grant pg_read_all_stats to catalog_owner;")
            }
            return lines
        }
    }

    struct Filter: ParsableArguments {
        @Argument(help: "The ids of the jobs.")
        var ids: [Int] = []

        @Option(help: "Only jobs of this kind.")
        var kind: String?

        @Option(help: "Only jobs whose last error matches this regular expression.")
        var error: String?

        var filter: DeadJobFilter { DeadJobFilter(jobIDs: ids.isEmpty ? nil : ids, kind: kind, errorPattern: error) }
    }

    struct Dead: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dead", abstract: "Show the jobs that were given up, with their errors.",
            discussion: "Example: catalog jobs dead --kind notify --error timeout")

        @OptionGroup var filter: Filter

        @Option(help: "Maximum number of results.")
        var limit = 50

        @Flag(help: "Print JSON.")
        var json = false

        private struct Line: Encodable {
            var jobID: Int
            var queue, kind: String
            var payload: JSONText
            var attempts: Int
            var lastError, createdAt: String

            init(_ job: DeadJob) {
                (jobID, queue, kind, payload) = (job.jobID, job.queue, job.kind, JSONText(text: job.payload))
                (attempts, lastError, createdAt) = (job.attempts, job.lastError, job.createdAt)
            }
        }

        func run() async throws {
            let filter = filter.filter
            let jobs = try await Composition().withConnection { connection in
                try await connection.run { try $0.deadJobs(filter, limit: max(0, limit)) }
            }
            if json { return try JSONOutput.print(jobs.map(Line.init)) }
            var table = Table("JOB", "KIND", "ATTEMPTS", "CREATED", "PAYLOAD", "ERROR")
            for job in jobs {
                table.add(String(job.jobID), job.kind, String(job.attempts), job.createdAt, job.payload, job.lastError)
            }
            print(jobs.isEmpty ? "no dead jobs" : table.rendered(Style()))
        }
    }

    struct Retry: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry", abstract: "Make dead jobs ready again.",
            discussion: """
                Examples:
                  catalog jobs retry 4711 4712
                  catalog jobs retry --kind notify --error 'timed out'
                  catalog jobs retry --all
                """)

        @OptionGroup var filter: Filter

        @Flag(help: "All dead jobs.")
        var all = false

        func validate() throws {
            guard all || !filter.ids.isEmpty || filter.kind != nil || filter.error != nil else {
                throw ValidationError("name the jobs: by ids, --kind, --error or --all")
            }
        }

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? {
            let ids = filter.ids.map { String($0) }
            return (ids + [filter.kind, filter.error, all ? "all" : nil].compactMap(\.self)).joined(separator: " ")
        }

        func run() async throws {
            let filter = filter.filter
            let count = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.retryDeadJobs(filter) }
            }
            if json { return try JSONOutput.print(["retried": count]) }
            print("\(count.counting("job")) \(count == 1 ? "is" : "are") ready again")
        }
    }

    struct Pause: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Stop workers from claiming jobs of a queue; running jobs go on to their end.",
            discussion: "Example: catalog jobs pause notify")

        @Argument(help: "The queue.", completion: .list(JobWorkerConfiguration.queues))
        var queue: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { queue }

        func run() async throws {
            let composition = try Composition()
            try await composition.withConnection { connection in
                try await connection.transaction { session in
                    try session.requireQueue(queue, composition.settings.service.queues)
                    try session.pauseQueue(queue)
                }
            }
            if json { return try JSONOutput.print(QueuePause(queue: queue, isPaused: true)) }
            print("queue \(queue) is paused; to resume it: catalog jobs resume \(queue)")
        }
    }

    private struct QueuePause: Encodable {
        var queue: String
        var isPaused: Bool
    }

    struct Resume: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let workers claim jobs of a paused queue again.")

        @Argument(help: "The queue.", completion: .list(JobWorkerConfiguration.queues))
        var queue: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { queue }

        func run() async throws {
            let composition = try Composition()
            let wasPaused = try await composition.withConnection { connection in
                try await connection.transaction { session in
                    try session.requireQueue(queue, composition.settings.service.queues)
                    return try session.resumeQueue(queue)
                }
            }
            if json { return try JSONOutput.print(QueuePause(queue: queue, isPaused: false)) }
            print(wasPaused ? "queue \(queue) is resumed" : "queue \(queue) was not paused")
        }
    }
}
