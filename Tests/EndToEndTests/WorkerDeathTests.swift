import Foundation
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct WorkerDeathTests {
    @Test("A vendor whose worker is killed waits for moments, not for the rest of the lease")
    func killed() async throws {
        let lease = ["CATALOG_LEASE_SECONDS": "600"]
        try await ServiceEnvironment.with(lease) { service in
            try await service.block("insert on catalog.products", when: "new.sku = 'A-0'")
            let gate = try await Gate(service.catalog.conninfo)
            let doomed = try service.start("serve", "--roles", "worker,poller")
            try service.drop("a.csv", ServiceEnvironment.file(good: 10, bad: 0, prefix: "A"))
            try await gate.isReached(service)
            // Its serial key keeps it waiting behind the first.
            try service.drop("b.csv", ServiceEnvironment.file(good: 10, bad: 0, prefix: "B"))
            try await service.wait(for: "2", "select count(*) from jobs.jobs where kind = 'onboard'")
            try await service.running("serve", "--roles", "worker,poller") {
                try await service.wait(for: "2", "select count(*) from jobs.workers")
                doomed.signal(SIGKILL)
                _ = try await doomed.wait()
                // Within two seconds on an idle machine; the wait's own limit is far below the lease.
                try await service.wait(
                    for: "1",
                    "select count(*) from jobs.jobs where kind = 'onboard' and state = 'running' and attempt = 2")
                try await gate.open()
                try await service.waitForAll(2)
            }
            let products = try await service.value("select count(*) from catalog.products")
            let workers = try await service.value("select count(*) from jobs.workers")
            #expect([products, workers] == ["20", "0"])
        }
    }
}
