import Foundation
import Postgres
import TestSupport
import Testing

/// The credentials of a provider from Secrets Manager, and where they are not found again.
@Suite(.timeLimit(.minutes(5))) struct EnrichmentSecretTests {
    /// What nobody may read, and what a login gives for it.
    private static let confidential = ["0ld-pass", "s3cret", "s&3cret", "header.ey"]

    @Test(
        "A secret that was changed is read again when the provider refuses the old one; no log, table or title shows it",
        arguments: ["zoominfo", "zoominfo-gtm"])
    func changed(_ kind: String) async throws {
        let name = "provider-\(UUID().uuidString.prefix(8))"
        try await ZoomInfoServer.with { server in
            let cloud = [
                "AWS_ENDPOINT_URL_SECRETS_MANAGER": try await MotoServer.url(), "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "CATALOG_LOG_LEVEL": "trace",
            ]
            try await ServiceEnvironment.with(cloud) { service in
                try await Self.set(
                    name, #"{"username": "ada", "password": "0ld-pass", "clientId": "c1", "clientSecret": "0ld-pass"}"#)
                try await service.catalog.succeed(
                    "provider", "add", "zi", "--kind", kind, "--secret", name, "--settings",
                    server.settings(of: kind))
                try await service.catalog.succeed("route", "add", "s3://inbox/raw/", "enrich", "--provider", "zi")
                let worker = try service.start("serve", "--roles", "worker,poller")
                try service.dropList("people.csv", "email\na@example.com\n")
                try await service.wait(for: "partial", "select status from enrichment.requests")
                let error = try #require(try await service.value("select error from enrichment.batches"))
                #expect(error.contains("zi answered 401"))

                let good = kind == "zoominfo" ? ZoomInfoServer.passwordSecret : ZoomInfoServer.clientSecret
                try await Self.set(name, good)
                try await service.catalog.succeed("jobs", "retry", "--all")
                try await service.wait(for: "completed", "select status from enrichment.requests")
                #expect(try await server.log()["answered"] == 1)
                try await Self.check(service, worker)
            }
        }
    }

    /// Ends the worker.
    private static func check(_ service: ServiceEnvironment, _ worker: Subprocess) async throws {
        let title = try String(contentsOfFile: "/proc/\(worker.pid)/cmdline", encoding: .utf8)
        let rows = try await service.everything()
        worker.signal(SIGTERM)
        let end = try await worker.wait()
        let listed = try await service.catalog.succeed("provider", "list", "--json")
        // That they are what they are taken for: the answer is in a table, the failure in the log.
        #expect(rows.contains("Head of a@example.com") && end.output.contains("answered 401"))
        for text in [title, rows, end.output, end.error, listed] {
            #expect(confidential.allSatisfy { !text.contains($0) })
        }
    }

    private static func set(_ name: String, _ text: String) async throws {
        let outcome = try await Subprocess.run(
            try PythonTools.program("python"),
            [Project.file("Tests/Clients/cloud.py"), try await MotoServer.url(), "secret", name, text])
        #expect(outcome.status == 0, "\(outcome.error)")
    }
}

extension ServiceEnvironment {
    /// Puts a list into the folder that a route for enrichment leads from.
    func dropList(_ name: String, _ text: String) throws {
        let folder = "\(catalog.folder.file("objects"))/buckets/inbox/raw"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A rename makes it appear whole, as an object does.
        let staged = try catalog.folder.write(text, to: UUID().uuidString)
        try FileManager.default.moveItem(atPath: staged, toPath: "\(folder)/\(name)")
    }

    /// All rows of all tables, and what all connections of the database last asked, as text.
    fileprivate func everything() async throws -> String {
        try await pool.run { session in
            let tables = try session.query(
                """
                select format('select t::text from %I.%I t', schemaname, tablename) from pg_tables
                where schemaname not in ('pg_catalog', 'information_schema')
                union all select 'select query from pg_stat_activity where datname = current_database()'
                """
            ).compactMap { $0[0] }
            return try tables.flatMap { table in try session.query("\(raw: table)").compactMap { $0[0] } }
                .joined(separator: "\n")
        }
    }
}
