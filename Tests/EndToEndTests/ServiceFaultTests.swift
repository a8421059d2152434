import Foundation
import Postgres
import TestSupport
import Testing

/// Workers that are killed, a database that goes away: every upload ends once, with exactly its rows, report and mail.
@Suite(.timeLimit(.minutes(10))) struct ServiceFaultTests {
    /// A place where a worker's statement can be made to wait: table, operation and condition of a trigger.
    struct Step: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var table: String
        var condition: String

        init(_ description: String, _ table: String, _ condition: String) {
            testDescription = description
            self.table = table
            self.condition = condition
        }
    }

    static let steps = [
        Step("begin", "update on catalog.upload_history", "new.status = 'processing' and old.status = 'queued'"),
        Step("load", "insert on catalog.products", "new.sku = 'P-40'"),
        Step("end of the upload", "update on catalog.upload_history", "new.status = 'partial'"),
        Step("end of the upload's job", "delete on jobs.jobs", "old.kind = 'onboard'"),
        Step("record of the report", "update on catalog.upload_history", "new.error_file_s3_key is not null"),
        Step("end of the report's job", "delete on jobs.jobs", "old.kind = 'report'"),
        Step("record of the mail", "update on catalog.notifications", "new.state = 'sent'"),
        Step("end of the mail's job", "delete on jobs.jobs", "old.kind = 'notify'"),
    ]

    @Test("Killed at any step, a worker leaves nothing half done: another one ends the upload", arguments: steps)
    func killedAtEveryStep(step: Step) async throws {
        try await ServiceEnvironment.with { service in
            try await service.block(step.table, when: step.condition)
            let gate = try await Gate(service.catalog.conninfo)
            try service.drop("f.csv", ServiceEnvironment.file(good: 50, bad: 3, prefix: "P"))
            let victim = try service.start("serve", "--roles", "worker,poller")
            try await gate.isReached(service)
            victim.signal(SIGKILL)
            _ = try await victim.wait()
            try await gate.open()
            try await service.running("worker") { try await service.waitForAll(1) }
            #expect(try await service.inconsistencies() == [])
            let end = try await service.value(
                "select status || ' ' || created_records || ' ' || error_records from catalog.upload_history")
            #expect(end == "partial 50 3")
            let mails = try service.mails()
            #expect(mails.count == 1)
        }
    }

    @Test("A hundred uploads at once, workers killed at random: each ends once, with exactly its rows")
    func randomKills() async throws {
        let vendors = (1...20).map { "V0\($0)" }
        try await ServiceEnvironment.with(vendors: vendors) { service in
            for vendor in vendors {
                for number in 0..<5 {
                    let text = ServiceEnvironment.file(good: 200, bad: number, prefix: "\(vendor)-\(number)-")
                    try service.drop("\(number).csv", vendor: vendor, text)
                }
            }
            var workers = [try service.start("serve", "--roles", "worker,poller"), try service.start("worker")]
            // A kill whenever some more uploads have ended.
            for ended in [5, 20, 40, 60, 80] {
                try await service.wait(
                    for: "t",
                    "select count(*) >= \(ended)::bigint from catalog.upload_history where completed_at is not null")
                let victim = workers.remove(at: Int.random(in: 0...1))
                victim.signal(SIGKILL)
                _ = try await victim.wait()
                workers.append(try service.start("serve", "--roles", "worker,poller"))
            }
            try await service.waitForAll(100)
            for worker in workers {
                worker.signal(SIGTERM)
                let end = try await worker.wait()
                // The last ones may not have begun yet: until a service listens to it, the signal just ends the process.
                #expect([0, 128 + SIGTERM].contains(end.status), "\(end.error)")
            }
            #expect(try await service.inconsistencies() == [])
            #expect(try await service.value("select count(*) from catalog.products") == "20000")
            #expect(try await service.value("select count(*) from catalog.validation_errors") == "200")
            let mails = try service.mails()
            #expect(mails.count == 100)
        }
    }

    @Test("Connections cut by the server under load cost time only")
    func connectionsCut() async throws {
        try await ServiceEnvironment.with { service in
            for number in 0..<10 {
                try service.drop("\(number).csv", ServiceEnvironment.file(good: 300, bad: 1, prefix: "N\(number)-"))
            }
            try await service.running("serve", "--roles", "worker,poller") {
                for ended in [1, 3, 5] {
                    try await service.wait(
                        for: "t",
                        "select count(*) >= \(ended)::bigint from catalog.upload_history where completed_at is not null"
                    )
                    try await service.pool.run {
                        _ = try $0.execute(
                            """
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and application_name like 'catalog%'
                            """)
                    }
                }
                try await service.waitForAll(10)
            }
            #expect(try await service.inconsistencies() == [])
            #expect(try await service.value("select count(*) from catalog.products") == "3000")
        }
    }

    @Test("A restart of PostgreSQL under load costs time only")
    func serverRestarted() async throws {
        let folder = try TemporaryFolder()
        let setting = ["CATALOG_DATABASE_URL": ""]
        let embedded = CatalogBinary(conninfo: "", folder: folder)
        let conninfo = try await embedded.run(["postgres", "start"], setting: setting).output
        let catalog = CatalogBinary(conninfo: conninfo.trimmingCharacters(in: .newlines), folder: folder)
        let migration = try await catalog.run(["migrate", "up"])
        #expect(migration.status == 0, "\(migration.error)")
        let variables = ["CATALOG_LEASE_SECONDS": "2", "CATALOG_POLL_SECONDS": "1"]
        let service = ServiceEnvironment(
            catalog: catalog, pool: Pool(catalog.conninfo, maximum: 2), variables: variables)
        try await catalog.prepare()
        try await catalog.succeed("route", "add", "s3://inbox/uploads/", "onboard")
        for number in 0..<8 {
            try service.drop("\(number).csv", ServiceEnvironment.file(good: 400, bad: 1, prefix: "N\(number)-"))
        }
        try await service.running("serve", "--roles", "worker,poller") {
            for ended in [1, 4] {
                try await service.wait(
                    for: "t",
                    "select count(*) >= \(ended)::bigint from catalog.upload_history where completed_at is not null")
                for verb in ["stop", "start"] {
                    let outcome = try await embedded.run(["postgres", verb], setting: setting)
                    #expect(outcome.status == 0, "\(outcome.error)")
                }
            }
            try await service.waitForAll(8)
        }
        let inconsistencies = try await service.inconsistencies()
        #expect(inconsistencies == [])
        #expect(try await service.value("select count(*) from catalog.products") == "3200")
        await service.pool.close()
        let stop = try await embedded.run(["postgres", "stop"], setting: setting)
        #expect(stop.status == 0, "\(stop.error)")
    }

    @Test("SIGTERM ends a busy service with status 0; what it had begun is ended by the next one")
    func stopped() async throws {
        try await ServiceEnvironment.with(["CATALOG_GRACE_SECONDS": "1"]) { service in
            try await service.block("insert on catalog.products", when: "new.sku = 'P-40'")
            let gate = try await Gate(service.catalog.conninfo)
            try service.drop("f.csv", ServiceEnvironment.file(good: 50, bad: 3, prefix: "P"))
            try await service.running("serve", "--roles", "worker,poller") {
                try await gate.isReached(service)
            }
            #expect(
                try await service.value("select state || ' ' || max_attempts from jobs.jobs where kind = 'onboard'")
                    == "ready 11")
            try await gate.open()
            try await service.running("worker") { try await service.waitForAll(1) }
            #expect(try await service.inconsistencies() == [])
        }
    }
}
