import Curl
import Foundation
import Postgres
import TestSupport
import Testing
import Threads

/// Servers that hang, fall silent, only read or hand over: what was accepted is loaded once, and who cannot work says so.
@Suite(.timeLimit(.minutes(5)), .enabled(if: Chaos.isOn, "make chaos")) struct FailoverTests {
    private static func file(_ number: Int) -> String {
        ServiceEnvironment.file(good: 5, bad: 1, prefix: "F\(number)-")
    }

    /// A service on a database that is migrated here, and the process that serves.
    private static func serving(
        _ conninfo: String, _ variables: [String: String] = [:],
        _ body: (APIEnvironment, Subprocess) async throws -> Void
    ) async throws {
        let catalog = CatalogBinary(conninfo: conninfo, folder: try TemporaryFolder())
        try await catalog.succeed("migrate", "up")
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        let settings = ["CATALOG_HTTP_ADDRESS": address].merging(variables) { $1 }
        try await ServiceEnvironment.with(catalog, vendors: ["V001", "V002"], settings) { service in
            let api = try await APIEnvironment(service, at: address)
            let process = try service.start("serve", "--roles", "api,worker")
            let outcome: Result<Void, any Error>
            do {
                try await api.waitUntilReady()
                outcome = .success(try await body(api, process))
            } catch {
                outcome = .failure(error)
            }
            process.signal(SIGTERM)
            let end = try await process.wait()
            try outcome.get()
            #expect(end.status == 0, "\(end.error.suffix(2000))")
        }
    }

    @Test("The primary hangs and its standby takes over: within 35 seconds uploads are loaded again, each once")
    func hangs() async throws {
        try await ReplicatedPair.with { pair in
            try await Self.serving(pair.conninfo, ["CATALOG_LEASE_SECONDS": "30"]) { api, _ in
                #expect(try await api.call("POST", "/uploads?fileName=0.csv", csv: Self.file(0)).status == 202)
                try await api.service.waitForAll(1)
                try await pair.waitUntilReplicated()
                try await pair.hangAndFailOver()
                let begin = ContinuousClock.now
                // As a client that repeats what was not answered with success.
                let key = [("Idempotency-Key", UUID().uuidString)]
                var statuses: [Int] = []
                while statuses.last != 202 {
                    let answer = try await api.call(
                        "POST", "/uploads?fileName=1.csv", csv: Self.file(1), headers: key)
                    statuses.append(answer.status)
                }
                #expect(statuses.dropLast().allSatisfy { $0 == 503 || $0 == 409 }, "\(statuses)")
                let survivor = Self.service(api, at: pair.survivor)
                try await survivor.waitForAll(2)
                let took = ContinuousClock.now - begin
                #expect(took < .seconds(35), "\(took)")
                try await api.waitUntilReady()
                #expect(try await survivor.inconsistencies() == [])
                #expect(try await survivor.value("select count(*) from catalog.upload_history") == "2")
                await survivor.pool.close()
            }
        }
    }

    @Test("A switchover under load: no request is answered 500, and all that was accepted is loaded once")
    func switchover() async throws {
        try await ReplicatedPair.with { pair in
            try await Self.serving(pair.conninfo) { api, _ in
                let (accepted, refusals, isOver) = (Locked<[String]>([]), Locked<[Int]>([]), Locked(false))
                let loads = (0..<4).map { lane in
                    Task {
                        var number = lane
                        while !isOver.withLock({ $0 }) {
                            number += 4
                            let answer = try await api.call(
                                "POST", "/uploads?fileName=\(number).csv", csv: Self.file(number))
                            if let id = answer["uploadId"] {
                                accepted.withLock { $0.append(id) }
                            } else {
                                refusals.withLock { $0.append(answer.status) }
                            }
                        }
                    }
                }
                try await eventually { accepted.withLock { $0.count } > 10 }
                try await pair.switchOver()
                let before = accepted.withLock { $0.count }
                try await eventually(within: .seconds(60)) { accepted.withLock { $0.count } > before + 10 }
                // Each request is answered: what is counted below is all there will be.
                isOver.withLock { $0 = true }
                for load in loads { try await load.value }
                let statuses = refusals.withLock { $0 }
                #expect(statuses.allSatisfy { $0 == 503 }, "\(statuses)")
                let survivor = Self.service(api, at: pair.survivor)
                let all = Int(try await survivor.value("select count(*) from catalog.upload_history") ?? "") ?? 0
                try await survivor.waitForAll(all)
                let ids = accepted.withLock { $0 }
                let known = try await survivor.pool.run { session in
                    try session.query("select upload_id from catalog.upload_history").compactMap { $0[0] }
                }
                #expect(Set(ids).isSubset(of: Set(known)))
                #expect(try await survivor.inconsistencies() == [])
                await survivor.pool.close()
            }
        }
    }

    /// The same service, asked at the server that is left.
    private static func service(_ api: APIEnvironment, at conninfo: String) -> ServiceEnvironment {
        ServiceEnvironment(
            catalog: api.service.catalog, pool: Pool(conninfo, maximum: 3, application: "test"),
            variables: api.service.variables)
    }

    @Test(
        "While an operator has frozen writes nothing is accepted and /readyz says so; afterwards it goes on by itself")
    func frozen() async throws {
        try await APIEnvironment.with { api in
            try await api.upload("before")
            let database = try await api.service.value("select quote_ident(current_database())") ?? ""
            try await api.service.pool.run { session in
                try session.execute("alter database \(raw: database) set default_transaction_read_only = on")
                // Sessions that are open already would go on writing.
                try session.execute(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and application_name like 'catalog%'
                    """)
            }
            try await eventually { try await api.call("GET", "/readyz", as: nil).status == 503 }
            for number in 1...5 {
                let answer = try await api.call(
                    "POST", "/uploads?fileName=\(number).csv", csv: Self.file(number))
                #expect(answer.status == 503, "\(answer.text)")
                #expect(answer.headers["Retry-After"] != nil)
            }
            #expect(try await api.call("GET", "/products?limit=1").status == 200)
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "1")
            try await api.service.pool.run {
                _ = try $0.execute("alter database \(raw: database) reset default_transaction_read_only")
            }
            try await api.waitUntilReady()
            // The reads of before have opened connections that still only read.
            try await eventually {
                try await api.call("POST", "/uploads?fileName=after.csv", csv: Self.file(9)).status == 202
            }
            try await api.service.waitForAll(2)
        }
    }

    @Test("A queue that does not answer for a lease is an error in the log and turns /readyz, until it answers again")
    func silentQueue() async throws {
        try await withDatabase(migrated: true) { conninfo in
            try await Self.serving(conninfo, ["CATALOG_LEASE_SECONDS": "5"]) { api, process in
                // A prepared transaction keeps its lock without a session.
                let name = "hold \(UUID().uuidString)"
                try await api.service.pool.run { session in
                    try session.executeScript(
                        "begin; lock table jobs.jobs in access exclusive mode; prepare transaction '\(name)'")
                }
                let outcome: Result<Void, any Error>
                do {
                    try await eventually { try await api.call("GET", "/readyz", as: nil).status == 503 }
                    outcome = .success(
                        try await eventually { process.outputSoFar.contains("\"queue.silent\"") })
                } catch {
                    outcome = .failure(error)
                }
                try await api.service.pool.run { try $0.executeScript("rollback prepared '\(name)'") }
                try outcome.get()
                try await api.waitUntilReady()
                try await eventually { process.outputSoFar.contains("\"queue.answers\"") }
                #expect(process.outputSoFar.components(separatedBy: "\"queue.silent\"").count == 2)
            }
        }
    }

    @Test(
        "A network that falls silent is noticed within 20 seconds, although the URL says nothing of time-outs",
        .enabled(if: SilentNetwork.isPossible, "a network of its own takes root and ip"))
    func silence() async throws {
        try await SilentNetwork.with { network in
            let catalog = CatalogBinary(conninfo: network.conninfo, folder: try TemporaryFolder())
            try await catalog.succeed("migrate", "up")
            let settings = ["CATALOG_HTTP_ADDRESS": "127.0.0.1:8080", "CATALOG_LEASE_SECONDS": "30"]
            try await ServiceEnvironment.with(catalog, settings) { service in
                let words = [Project.binary("catalog"), "serve", "--roles", "api,worker,poller"]
                let variables = catalog.environment.merging(service.variables) { $1 }
                let process = try Subprocess.start(
                    network.prefix[0], network.prefix.dropFirst() + words,
                    environment: variables.merging(["CATALOG_DATABASE_URL": network.url]) { $1 },
                    directory: catalog.folder.path)
                let readiness = {
                    let words = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8080/readyz"]
                    return try await Subprocess.run(network.prefix[0], network.prefix.dropFirst() + words).output
                }
                let outcome: Result<Void, any Error>
                do {
                    outcome = .success(try await Self.isolate(network, service, process, readiness))
                } catch {
                    outcome = .failure(error)
                }
                process.signal(SIGTERM)
                let end = try await process.wait()
                try outcome.get()
                #expect(end.status == 0, "\(end.error.suffix(2000))")
            }
        }
    }

    private static func isolate(
        _ network: SilentNetwork, _ service: ServiceEnvironment, _ process: Subprocess,
        _ readiness: () async throws -> String
    ) async throws {
        try await eventually { try await readiness() == "200" }
        try await service.wait(for: "1", "select count(*) from jobs.workers")
        try await network.fallSilent()
        let begin = ContinuousClock.now
        try await eventually { try await readiness() == "503" }
        // Each for itself: who claims, who listens, who polls.
        for event in ["queue.claim.failed", "queue.listen.lost", "poller.failed"] {
            try await eventually { process.outputSoFar.contains("\"\(event)\"") }
        }
        let took = ContinuousClock.now - begin
        #expect(took < .seconds(20), "\(took)")
        try await network.speak()
        try await eventually { try await readiness() == "200" }
        try service.drop("f.csv", file(1))
        try await service.waitForAll(1)
    }
}
