import Catalog
import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

/// What one small upload costs the database: ten thousand vendors send one each morning.
@Suite(.timeLimit(.minutes(5))) struct UploadCostTests {
    private struct Cost {
        var statements: Int
        var commits: Int
        var roundTrips = 0
    }

    @Test("An upload of 50 rows takes at most 45 statements, 18 round trips and 8 commits, from its bytes to its mail")
    func bounded() async throws {
        try await OtherPostgres.withNewServer(version: nil, name: "cost") { conninfo in
            try await Self.migrate(conninfo)
            // The first ones open connections, and look up what is remembered afterwards.
            let first = try await Self.cost(of: 1, "A", conninfo)
            let more = try await Self.cost(of: 6, "B", conninfo)
            let statements = Double(more.statements - first.statements) / 5
            let commits = Double(more.commits - first.commits) / 5
            let roundTrips = Double(more.roundTrips - first.roundTrips) / 5
            #expect((20...45).contains(statements), "\(statements)")
            #expect((5...8).contains(commits), "\(commits)")
            #expect((10...18).contains(roundTrips), "\(roundTrips)")
        }
    }

    private static func migrate(_ conninfo: String) async throws {
        try await Migrator(conninfo: conninfo, files: .bundled()).up()
        let connection = try await Connection.open(conninfo)
        try await connection.run { session in
            try session.addVendor(Vendor(vendorID: "V1", vendorName: "V1", email: "v1@example.com"))
            _ = try session.addCategories(["Audio"])
            // Everything that clients send, one line each.
            for setting in ["log_statement = 'all'", "log_line_prefix = '%d|%a|'", "autovacuum = off"] {
                try session.execute("alter system set \(raw: setting)")
            }
            try session.execute("select pg_reload_conf()")
        }
        await connection.close()
    }

    /// Of so many uploads, one after another, on connections that are closed afterwards, which makes the server count.
    private static func cost(of count: Int, _ name: String, _ conninfo: String) async throws -> Cost {
        let before = try await counters(conninfo)
        let folder = try TemporaryFolder()
        let relay = try TCPRelay(to: conninfo)
        defer { relay.stop() }
        try await Announcer(Connector(conninfo)).closing { announcer in
            var connector = Connector(relay.conninfo(conninfo))
            connector.announcer = announcer
            try await Pool(connector, maximum: 2).closing { pool in
                let upload = try SmallUpload(pool, folder)
                for number in 0..<count { try await upload.run("\(name)\(number)") }
            }
        }
        let after = try await counters(conninfo)
        return Cost(
            statements: after.statements - before.statements, commits: after.commits - before.commits,
            roundTrips: relay.roundTrips)
    }

    /// Of all sessions that have ended. The announcer's commits are left out: they are as many as a busy machine makes of its notices.
    private static func counters(_ conninfo: String) async throws -> Cost {
        let parts = conninfo.split(separator: " ")
        let name = parts.first { $0.hasPrefix("dbname=") }!.dropFirst("dbname=".count)
        let folder = parts.first { $0.hasPrefix("host=") }!.dropFirst("host=".count)
        let observer = try await Connection.open(conninfo.replacing("dbname=\(name)", with: "dbname=postgres"))
        defer { Task { await observer.close() } }
        try await eventually {
            try await observer.run {
                try $0.first("select count(*) as n from pg_stat_activity where datname = \(String(name))::text")!
                    .get("n", as: Int.self) == 0
            }
        }
        let commits: Int = try await observer.run {
            try $0.first("select xact_commit as n from pg_stat_database where datname = \(String(name))::text")!.get(
                "n")
        }
        let log = try String(contentsOfFile: "\(folder)/log", encoding: .utf8)
        let lines = log.split(separator: "\n").filter {
            $0.hasPrefix("\(name)|") && ($0.contains("LOG:  statement:") || $0.contains("LOG:  execute "))
        }
        let notices = lines.count { $0.hasPrefix("\(name)|catalog-notify|") }
        return Cost(statements: lines.count, commits: commits - notices)
    }
}
