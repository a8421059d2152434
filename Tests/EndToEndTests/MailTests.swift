import Foundation
import Postgres
import TestSupport
import Testing

/// Mails in trouble: one that was sent is not sent again, and one whose report cannot be made is sent all the same.
@Suite(.timeLimit(.minutes(3))) struct MailTests {
    @Test("A mail is sent once although the connection breaks between the mail server's 250 and the record of it")
    func connectionLostAfterSending() async throws {
        try await MailServer.with { server in
            let mail = ["CATALOG_NOTIFY": "smtp://127.0.0.1:\(server.port)"]
            try await ServiceEnvironment.with(mail) { service in
                let gate = try await Gate(service.catalog.conninfo)
                try await service.block("update on catalog.notifications", when: "new.state = 'sent'")
                try await service.running("serve", "--roles", "worker,poller") {
                    try service.drop("f.csv", ServiceEnvironment.file(good: 2, bad: 1, prefix: "A"))
                    // The server has taken the mail; that it did is on its way to the database.
                    try await gate.isReached(service)
                    #expect(try server.messages().count == 1)
                    try await service.pool.run {
                        _ = try $0.execute(
                            """
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and wait_event = 'advisory'
                            """)
                    }
                    try await gate.open()
                    try await service.waitForAll(1)
                }
                #expect(try await service.inconsistencies() == [])
                #expect(try await service.value("select attempts from catalog.notifications") == "1")
                #expect(try server.messages().count == 1)
            }
        }
    }

    @Test(
        "A vendor whose report cannot be made hears how the upload ended; the report's link follows when it is tried again"
    )
    func reportGivenUp() async throws {
        try await ServiceEnvironment.with { service in
            // Where the folder of reports would be.
            try FileManager.default.createDirectory(
                atPath: service.catalog.folder.file("objects"), withIntermediateDirectories: true)
            let obstacle = try service.catalog.folder.write("", to: "objects/errors")
            try await service.running("serve", "--roles", "worker,poller") {
                try service.drop("f.csv", ServiceEnvironment.file(good: 2, bad: 1, prefix: "A"))
                try await service.wait(
                    for: "1", "select count(*) from jobs.jobs where kind = 'report' and last_error is not null")
                // The others would take minutes.
                try await service.wait(
                    for: "1",
                    """
                    with last as (
                        update jobs.jobs set attempt = max_attempts - 1, run_at = now()
                        where kind = 'report' and state = 'ready' returning 1)
                    select count(*) from last
                    """)
                try await service.wait(for: "sent", "select state from catalog.notifications")
                let first = try mail(service, "_without_report")
                #expect(first.contains("Invalid Products: 1 (33.3%)") && first.contains("could not be written yet"))
                #expect(try service.mails().count == 1)
                let dead = try await service.catalog.succeed("jobs", "dead")
                #expect(dead.contains("report"))

                try FileManager.default.removeItem(atPath: obstacle)
                try await service.catalog.succeed("jobs", "retry", "--kind", "report")
                try await service.wait(
                    for: "2", "select count(*) from catalog.upload_events where event = 'notified'")
                #expect(try mail(service, "").contains("Download Error Report: file://"))
                #expect(try service.mails().count == 2)
            }
            let events = try await service.value(
                "select string_agg(event, ' ' order by event_id) from catalog.upload_events where event ~ '^(report|notified)'"
            )
            #expect(events == "report.given_up notified report.written notified")
        }
    }

    private func mail(_ service: ServiceEnvironment, _ suffix: String) throws -> String {
        let names = try service.mails().filter { $0.contains("_without_report") == !suffix.isEmpty }
        return try String(
            contentsOfFile: service.catalog.folder.file("mail/\(names.first ?? "missing")"), encoding: .utf8)
    }
}
