import Foundation
import Postgres
import TestSupport
import Testing

/// Those who run the service are told of alerts.
@Suite(.timeLimit(.minutes(3))) struct AlertMessagesTests {
    private struct Message: Decodable {
        var text: String
        var subject: String
        var kind: String
    }

    /// Looks now instead of within a minute, and waits until that is over.
    private static func look(_ service: ServiceEnvironment) async throws {
        try await service.pool.run {
            _ = try $0.execute("insert into jobs.jobs (queue, kind, serial_key) values ('notify', 'alerts', 'alerts')")
        }
        try await service.wait(for: "0", "select count(*) from jobs.jobs where kind = 'alerts' and state <> 'dead'")
    }

    private static func messages(_ server: CallbackServer) async throws -> [Message] {
        try await server.log().map { try JSONDecoder().decode(Message.self, from: Data($0.body.utf8)) }
    }

    @Test(
        "An alert is told once when it is raised, again after a day, and when it is over; what was over at once is told nobody"
    )
    func told() async throws {
        try await CallbackServer.with(key: "none") { server in
            let place = ["CATALOG_ALERTS": "webhook:\(server.url)/hooks/T0PSECRET"]
            try await ServiceEnvironment.with(place) { service in
                try await service.running("worker") {
                    try await service.pool.run {
                        _ = try $0.execute(
                            """
                            insert into jobs.alerts (kind, detail, raised_at, cleared_at) values
                                ('nightly', 'the store is "away"', now() - interval '2 minutes', null),
                                ('sweeping', 'a moment', now() - interval '3 minutes', now()), ('cleaning', 'fresh', now(), null)
                            """)
                        _ = try $0.execute(
                            """
                            insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, sealed_at, delivered_at, verified_at)
                            values ('2026-03-01 10:00+00', '2026-03-01 10:01+00', 'verified', 1, 1, now(), now(), now())
                            """)
                        _ = try $0.execute(
                            """
                            insert into relay.alerts (kind, window_at, detail, raised_at)
                            values ('lost', '2026-03-01 10:00+00', '1 archive', now() - interval '1 hour')
                            """)
                    }
                    try await Self.look(service)
                    try await Self.look(service)
                    let first = try await Self.messages(server)
                    #expect(first.map(\.subject) == ["Catalog alerts: 2 raised"])
                    #expect(first.first?.kind == "alert")
                    let text = try #require(first.first?.text)
                    #expect(text.contains("- upkeep nightly, since 20") && text.contains(": the store is \"away\"\n"))
                    #expect(
                        text.contains("- relay lost, window of 2026-03-01T10:00:00Z, since 20")
                            && text.contains(": 1 archive\n"))
                    #expect(!text.contains("a moment") && !text.contains("fresh"))

                    try await service.pool.run {
                        _ = try $0.execute(
                            "update jobs.told_alerts set told_at = told_at - interval '25 hours' where source = 'upkeep'"
                        )
                        _ = try $0.execute("update relay.alerts set cleared_at = now()")
                    }
                    try await Self.look(service)
                    try await Self.look(service)
                    let second = try await Self.messages(server)
                    #expect(second.map(\.subject).dropFirst() == ["Catalog alerts: 1 still true, 1 over"])
                }
            }
        }
    }

    @Test(
        "While nobody takes messages that is an alert itself, nothing counts as told, and no log has the address's secret"
    )
    func refused() async throws {
        try await CallbackServer.with(key: "none", "fail=1") { server in
            let place = ["CATALOG_ALERTS": "webhook:\(server.url)/hooks/T0PSECRET"]
            try await ServiceEnvironment.with(place) { service in
                try await service.pool.run {
                    _ = try $0.execute(
                        "insert into jobs.alerts (kind, detail, raised_at) values ('nightly', 'much', now() - interval '1 hour')"
                    )
                }
                let log = try await service.running("worker") { () -> String in
                    try await service.wait(
                        for: "1", "select count(*) from jobs.alerts where kind = 'alerts' and cleared_at is not null")
                    return try await service.pool.run {
                        try $0.query("select detail from jobs.alerts where kind = 'alerts'")[0][0] ?? ""
                    }
                }
                #expect(log.contains("the webhook answered 500") && !log.contains("T0PSECRET"))
                #expect(
                    try await Self.messages(server).map(\.subject) == [
                        "Catalog alerts: 1 raised", "Catalog alerts: 1 raised",
                    ])
            }
        }
    }

    @Test("By mail it goes to the address that the setting names, through its server")
    func mailed() async throws {
        try await MailServer.with { server in
            let place = ["CATALOG_ALERTS": "smtp://127.0.0.1:\(server.port)?to=ops@example.com"]
            try await ServiceEnvironment.with(place) { service in
                try await service.pool.run {
                    _ = try $0.execute(
                        "insert into jobs.alerts (kind, detail, raised_at) values ('nightly', 'much', now() - interval '1 hour')"
                    )
                }
                try await service.running("worker") {
                    try await service.wait(for: "1", "select count(*) from jobs.told_alerts")
                }
                let mail = try #require(try server.messages().first)
                #expect(
                    mail.contains("X-RcptTo: ops@example.com") && mail.contains("Subject: Catalog alerts: 1 raised"))
                #expect(mail.contains("- upkeep nightly, since 20"))
            }
        }
    }

    @Test(
        "A place that cannot be is refused before anything starts, without what may be secret",
        arguments: [
            ("smtp://user:hunter22@mail:25", "say whom to mail"),
            ("webhook:http://chat.example/hooks/hunter22", "an https URL"),
            ("pager:hunter22", "expected sns:TOPIC_ARN"), ("sns:hunter22", "CATALOG_ALERTS"),
        ])
    func places(value: String, remedy: String) async throws {
        try await CatalogBinary.with { catalog in
            let outcome = try await catalog.run(["vendor", "list"], setting: ["CATALOG_ALERTS": value])
            #expect(outcome.status == 1 && outcome.error.contains("CATALOG_ALERTS"), "\(outcome.error)")
            #expect(outcome.error.contains(remedy), "\(outcome.error)")
            #expect(value.hasPrefix("sns:") || !outcome.error.contains("hunter22"), "\(outcome.error)")
        }
    }
}
