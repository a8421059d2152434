import Foundation
import Postgres
import TestSupport
import Testing

/// Routes to targets with a name, as an operator sets them up.
@Suite(.timeLimit(.minutes(5))) struct NamedTargetTests {
    private static func with(_ body: (RelayTests.Relay, TemporaryFolder) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        // A window of an hour does not end by itself in the middle of a test.
        let settings = ["CATALOG_RELAY_TARGET_COLD": "file:\(folder.path)", "CATALOG_RELAY_WINDOW_SECONDS": "3600"]
        try await RelayTests.with(settings) { relay in
            let words = ["route", "add", "s3://\(relay.inbox)/orders/", "relay", "--name", "orders"]
            let added = try await relay.service.catalog.run(
                words + ["--target", "cold", "--archive-prefix", "acme/orders"], setting: relay.service.variables)
            #expect(added.status == 0, "\(added.error)")
            try await body(relay, folder)
        }
    }

    private static func files(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".tar.gz") }
    }

    @Test(
        "Archives of a route go to its target and no other; status, verify and queues know it; another one is refused")
    func route() async throws {
        try await Self.with { relay, folder in
            let service = relay.service
            let refused = try await service.catalog.run(
                ["route", "add", "s3://\(relay.inbox)/x/", "relay", "--name", "x", "--target", "warm"],
                setting: service.variables)
            #expect(refused.status == 64 && refused.error.contains("CATALOG_RELAY_TARGET_<NAME>"), "\(refused.error)")
            try await service.running("serve", "--roles", "api,worker") {
                try await relay.put(count: 3, bytes: 3000)
                try await relay.put("orders/", count: 4, bytes: 3000)
                let paused = try await service.catalog.run(["jobs", "pause", "relay_cold"], setting: service.variables)
                #expect(paused.status == 0, "\(paused.error)")
                try await service.catalog.succeed("relay", "flush")
                try await service.wait(
                    for: "3 packing",
                    """
                    select count(*) || ' ' || (select min(state) from relay.windows where target = 'cold')
                    from relay.members m join relay.windows w on w.opens_at = m.window_at where w.state = 'verified'
                    """)
                let status = try await service.catalog.run(["relay", "status"], setting: service.variables).output
                #expect(status.firstMatch(of: /orders +cold +1 +4/) != nil, "\(status)")
                try await service.catalog.succeed("jobs", "resume", "relay_cold")
                try await relay.waitUntilVerified(7)
            }
            let files = try Self.files(folder)
            #expect(files.count == 1 && files[0].hasPrefix("acme/orders/2"), "\(files)")
            let verified = try await service.catalog.run(["relay", "verify", files[0]], setting: service.variables)
            #expect(verified.status == 0 && verified.output.contains("good"), "\(verified.output)\(verified.error)")
            // Who does not know the target cannot say that it is good.
            var others = service.variables
            others["CATALOG_RELAY_TARGET_COLD"] = nil
            let unknown = try await service.catalog.run(["relay", "verify", files[0]], setting: others)
            #expect(
                unknown.status == 2 && unknown.output.contains("set CATALOG_RELAY_TARGET_COLD"), "\(unknown.output)")
        }
    }

    @Test("A worker that is killed when its target has an archive, and one that does not know it, leave it there once")
    func kills() async throws {
        try await Self.with { relay, folder in
            let service = relay.service
            try await service.running("serve", "--roles", "api") {
                try await relay.put("orders/", count: 4, bytes: 3000)
            }
            try await service.block(
                "update on relay.archives", when: "new.delivered_at is not null and old.delivered_at is null")
            let gate = try await Gate(service.catalog.conninfo)
            let victim = try service.start("worker")
            try await service.catalog.succeed("relay", "flush")
            try await gate.isReached(service)
            let before = try Self.files(folder)
            victim.signal(SIGKILL)
            _ = try await victim.wait()
            try await gate.open()
            try await service.running("worker") { try await relay.waitUntilVerified(4) }
            #expect(before.count == 1)
            #expect(try Self.files(folder) == before)
        }
    }
}
