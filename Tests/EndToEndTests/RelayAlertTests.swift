import Foundation
import Postgres
import TestSupport
import Testing

/// What `catalog relay status` tells an operator while something is wrong, and after.
@Suite(.timeLimit(.minutes(5))) struct RelayAlertTests {
    private static func status(_ relay: RelayTests.Relay) async throws -> String {
        let outcome = try await relay.service.catalog.run(["relay", "status"], setting: relay.service.variables)
        #expect(outcome.status == 0, "\(outcome.error)")
        return outcome.output
    }

    /// Runs the upkeep now instead of within half a minute.
    private static func keepUp(_ service: ServiceEnvironment, until alerts: String) async throws {
        try await service.pool.run {
            _ = try $0.execute(
                "insert into jobs.jobs (queue, kind, priority) values ('relay-upkeep', 'relay.alerts', 1)")
        }
        try await service.wait(
            for: alerts, "select coalesce(string_agg(kind, ' '), '') from relay.alerts where cleared_at is null")
    }

    @Test("While the target refuses, an alert says how long windows have waited; it is gone when they are delivered")
    func age() async throws {
        try await StoreProxy.with(to: try await S3Server.url(), .refuse) { proxy in
            try await RelayTests.with(target: proxy.url) { relay in
                let service = relay.service
                try await service.running("serve", "--roles", "api,worker") {
                    try await relay.put(count: 5, bytes: 3000)
                    try await service.catalog.succeed("relay", "flush")
                    try await service.wait(
                        for: "t", "select count(*) > 0 from relay.windows where waits_for = 'target'")
                    #expect(!(try await Self.status(relay)).contains("ALERT"))
                    try await service.pool.run {
                        _ = try $0.execute("update relay.windows set sealed_at = sealed_at - interval '1 hour'")
                    }
                    try await Self.keepUp(service, until: "age")
                    let status = try await Self.status(relay)
                    let alert = /ALERT age since \S+Z: the oldest of \d+ windows has waited for 3[67]\d\d s/
                    #expect(status.firstMatch(of: alert) != nil && status.contains("last failure  "), "\(status)")

                    try proxy.set(.pass)
                    try await service.catalog.succeed("relay", "flush")
                    try await relay.waitUntilVerified(5)
                    try await Self.keepUp(service, until: "")
                    let after = try await Self.status(relay)
                    #expect(!after.contains("ALERT") && !after.contains("last failure"), "\(after)")
                }
                let problems = try await relay.problems()
                #expect(problems == "")
            }
        }
    }

    @Test("An object that was altered before it was read is told with its window until that is delivered again")
    func members() async throws {
        try await RelayTests.with { relay in
            let service = relay.service
            try await service.running("serve", "--roles", "api") {
                try await relay.put(count: 3, bytes: 3000)
                // The first of them once more, and nobody says so.
                _ = try await relay.client([
                    "put", relay.source, relay.inbox, "landing/", "1", "3000", "-", "/dev/null",
                ])
            }
            try await service.running("worker") {
                try await service.catalog.succeed("relay", "flush")
                try await relay.waitUntilVerified(2)
            }
            let status = try await Self.status(relay)
            let alert = /ALERT members since \S+Z, window (\S+Z): 1 of \d objects were gone, altered or unreadable/
            let window = try #require(status.firstMatch(of: alert)?.output.1, "\(status)")
            let problems = try await relay.problems()
            #expect(problems == "landing/000000.json is in no archive\n")
            let replayed = try await service.catalog.run("relay", "replay", String(window), setting: service.variables)
            #expect(replayed.status == 0, "\(replayed.error)")
            #expect(!(try await Self.status(relay)).contains("ALERT"))
        }
    }
}
