import ArgumentParser
import Foundation
import Postgres
package import Relay

struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract:
            "Look at the relay, run it now, deliver windows again, read archives back, set the bucket's lifecycle.",
        discussion: """
            Objects of routes of the pipeline relay are packed into archives on CATALOG_RELAY_TARGET, one window after another.

            Examples:
              catalog route add s3://acme-inbox/landing/ relay
              CATALOG_RELAY_TARGET='s3://archive?endpoint=https://minio:9000&secret=relay/minio' catalog serve
              catalog relay status
            """,
        subcommands: [
            Status.self, Flush.self, Replay.self, Verify.self, Missing.self, Retry.self, Skip.self, Lifecycle.self,
        ])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show the windows by state, what went wrong, and the active alerts.",
            discussion: "Verified windows are those of the last 24 hours.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let status = try await Composition().withConnection { try await $0.run { try $0.relayStatus() } }
            if json { return try JSONOutput.print(status) }
            print(status.rendered(Style()))
        }
    }

    struct Flush: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "flush", abstract: "End the open window now, and try at once what waits after a failure.",
            discussion: """
                Workers do the rest; catalog relay status shows it.

                Example: catalog relay flush
                """)

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { nil }

        func run() async throws {
            let windows = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.flushRelay() }
            }
            if json { return try JSONOutput.print(["sealed": windows.map(\.description)]) }
            print(
                windows.isEmpty ? "no window is open" : "sealed \(windows.map(\.description).joined(separator: ", "))")
        }
    }

    struct Replay: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay", abstract: "Deliver windows again that were done.",
            discussion: """
                Archives that the target still has, whole, are left alone; others are made again from the source, byte for
                byte, under the same key, by a service that has the engine they were packed with; else their objects are
                delivered in another archive. Objects that were missing are looked for again. An archive that the target
                lost and whose objects cannot all be read again is lost: its window says so, an alert is raised, and what
                can still be read is delivered in another archive.

                Examples:
                  catalog relay replay 2026-11-21T16:50:00Z
                  catalog relay replay 2026-11-21T00:00:00Z --through 2026-11-21T23:59:59Z
                """)

        @Argument(help: "The beginning of a window, or a moment before it, such as 2026-11-21T16:50:00Z.")
        var from: WindowTime

        @Option(help: "The last moment at which a window may begin; without it, only one window is replayed.")
        var through: WindowTime?

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { "\(from)\(through.map { " to \($0)" } ?? "")" }

        func run() async throws {
            let (from, through) = (from, through ?? from)
            let windows = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.replayWindows(from: from, through: through) }
            }
            guard !windows.isEmpty else {
                throw CommandFailure(
                    "no verified window begins from \(from) to \(through): catalog psql -c 'select * from relay.windows' shows all"
                )
            }
            if json { return try JSONOutput.print(["windows": windows.map(\.description)]) }
            print("delivering \(windows.count.counting("window")) again: catalog relay status shows them")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Read archives back from the target and check every object in them.",
            discussion: """
                Compares the SHA-256 of the archive, of each entry with the manifest, and of each entry with the database.
                The exit code is 2 if something is wrong.

                Examples:
                  catalog relay verify 2026-11-21T16:50:00Z
                  catalog relay verify relay/2026/11/21/1650-0001-0123456789abcdef.tar.gz
                """)

        @Argument(help: "A window, by its beginning, or the key of an archive.")
        var which: String

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let composition = try Composition()
            let targets = composition.archiveStores()
            guard !targets.isEmpty else { throw CommandFailure("no target: set CATALOG_RELAY_TARGET") }
            let checks = try await composition.withConnection { connection in
                try await ArchiveVerifier(connection: connection, targets: targets).verify(
                    WindowTime(which), key: which)
            }
            guard !checks.isEmpty else {
                throw CommandFailure(
                    "no archive or window '\(which)': catalog psql -c 'select * from relay.archives' shows all")
            }
            if json { try JSONOutput.print(checks) } else { print(Self.rendered(checks)) }
            if checks.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(2) }
        }

        static func rendered(_ checks: [ArchiveCheck]) -> TerminalText {
            var table = Table("ARCHIVE", "OBJECTS", "BYTES", "")
            for check in checks {
                table.add(
                    check.key, check.members.grouped, check.bytes.grouped, check.problems.isEmpty ? "good" : "BAD")
            }
            let problems = checks.flatMap { check in check.problems.map { "\(check.key): \($0)" as TerminalText } }
            return ([table.rendered(Style())] + problems).joined(separator: "\n")
        }
    }
}

extension RelayStatus {
    func rendered(_ style: Style) -> TerminalText {
        var table = Table("STATE", "WINDOWS", "OBJECTS", "BYTES", "ARCHIVES", "OLDEST", "WAITING")
        for state in states {
            table.add(
                state.state, state.windows.grouped, state.objects.grouped, state.bytes.grouped, state.archives.grouped,
                state.oldest, state.oldestSeconds.map { "\(Int($0)) s" })
        }
        var lines = [table.rendered(style)]
        // Without names the states have said it all.
        if waiting.contains(where: { !$0.name.isEmpty }) { lines.append(waitingTable.rendered(style)) }
        if pace.waiting > 0 { lines.append("\(pace.text)") }
        if missing > 0 { lines.append("\(missing.grouped) objects were gone, altered or unreadable") }
        if let lastError { lines.append("last failure  \(lastError)") }
        lines += alerts.map { alert in
            style.red("ALERT")
                + " \(alert.kind) since \(alert.raisedAt)\(alert.window.map { ", window \($0)" } ?? ""): \(alert.detail)"
        }
        return lines.joined(separator: "\n")
    }
}

extension RelayStatus {
    private var waitingTable: Table {
        var table = Table("NAME", "TARGET", "WINDOWS", "OBJECTS", "WAITING", "FOR", "LAST FAILURE")
        for one in waiting {
            table.add(
                one.name.isEmpty ? "(none)" : one.name, one.target.isEmpty ? "(none)" : one.target, one.windows.grouped,
                one.objects.grouped,
                "\(Int(one.oldestSeconds)) s", one.waitsFor, one.lastError)
        }
        return table
    }
}

extension RelayStatus.Pace {
    /// `600 objects wait; 10.0/s arrive, 31.5/s are delivered: done in 28 s`
    var text: String {
        let (arriving, delivered) = (Self.rate(arrivingPerSecond), Self.rate(deliveredPerSecond))
        let end =
            secondsLeft.map { "done in \(Self.duration($0))" }
            ?? (deliveredPerSecond > 0 ? "they get more" : "nothing is delivered")
        return "\(waiting.grouped) objects wait; \(arriving)/s arrive, \(delivered)/s are delivered: \(end)"
    }

    private static func rate(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private static func duration(_ seconds: Double) -> String {
        let minutes = Int(min(seconds, 1e9)) / 60
        if minutes < 1 { return "\(Int(seconds.rounded(.up))) s" }
        return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}

extension WindowTime: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
