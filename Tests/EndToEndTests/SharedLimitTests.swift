import Foundation
import Postgres
import TestSupport
import Testing

/// One limit, three processes, and a machine that has other things to do.
@Suite(.timeLimit(.minutes(5)), .enabled(if: Chaos.isOn, "make chaos")) struct SharedLimitTests {
    /// What `Tests/Servers/rate_server.py` noted.
    private struct Log: Decodable {
        /// When the kernel got each call, in seconds.
        var stamps: [Double]
        /// When it answered 429.
        var refused: [Double]
    }

    private static let perSecond = 25

    private static func log(_ url: String) async throws -> Log {
        let outcome = try await Subprocess.run("/usr/bin/env", ["curl", "-sf", "\(url)/log"])
        return try JSONDecoder().decode(Log.self, from: Data(outcome.output.utf8))
    }

    /// Keeps a processor busy while `body` runs.
    private static func loaded(_ body: () async throws -> Void) async throws {
        let burner = try Subprocess.start("/usr/bin/env", ["python3", "-c", "while True: sum(range(100000))"])
        let outcome: Swift.Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        burner.signal(SIGKILL)
        _ = try await burner.wait()
        try outcome.get()
    }

    @Test(
        "No second, wherever it begins, has more calls than the limit, and nobody calls while the provider is blocked")
    func together() async throws {
        let script = Project.file("Tests/Servers/rate_server.py")
        try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0, "refuse=120", "retry_after=3"]
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)"
            try await ServiceEnvironment.with { service in
                let catalog = service.catalog
                let settings = """
                    {"capabilities": {"contact_enrich": {"url": "\(url)/person", "request": {"email": "mail"},
                        "response": {"job_title": "title"}}}}
                    """
                try await catalog.succeed(
                    "provider", "add", "crm", "--kind", "http-json", "--settings", settings, "--per-second",
                    "\(Self.perSecond)")
                try await catalog.succeed("route", "add", "s3://inbox/raw/", "enrich", "--provider", "crm")
                let folder = "\(catalog.folder.file("objects"))/buckets/inbox/raw"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let list = "email\n" + (0..<250).map { "p\($0)@example.com\n" }.joined()
                try Data(list.utf8).write(to: URL(fileURLWithPath: "\(folder)/list.csv"))
                try await Self.loaded {
                    let workers = try (0..<3).map { _ in try service.start("serve", "--roles", "worker,poller") }
                    try await service.wait(for: "completed", "select status from enrichment.requests")
                    for worker in workers {
                        worker.signal(SIGTERM)
                        _ = try await worker.wait()
                    }
                }
                let log = try await Self.log(url)
                #expect(log.stamps.count == 251)
                let crowds = zip(log.stamps, log.stamps.dropFirst(Self.perSecond)).map { $1 - $0 }
                #expect(crowds.min() ?? 0 >= 1, "\(Self.perSecond + 1) calls within \(crowds.min() ?? 0) s")
                let refused = try #require(log.refused.first)
                // What was on the wire, or about to be, when the answer was read.
                let early = log.stamps.filter { $0 > refused + 0.3 && $0 < refused + 3 }
                #expect(early.isEmpty, "\(early.map { $0 - refused })")
                let processes = try await service.value(
                    "select count(*) > 240 from enrichment.calls where state = 'answered' and sent_at is not null")
                #expect(processes == "t")
            }
        }
    }
}
