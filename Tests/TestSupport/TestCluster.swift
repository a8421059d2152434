import Foundation

/// One private PostgreSQL for all tests of a process: started by the first that needs it, stopped at exit.
///
/// `CATALOG_POSTGRES_BIN` names the folder of another server's programs: see scripts/postgres-bin.sh.
package enum TestCluster {
    private static let started = Task<TestServer, any Error> {
        try await TestServer.start(programs: programs, folder: TestServer.folder())
    }

    /// How to connect to one of its databases, as its superuser.
    package static func conninfo(database: String) async throws -> String {
        try await server().conninfo(database: database)
    }

    private static let standby = Task<TestServer, any Error> {
        try await TestServer.start(programs: programs, folder: TestServer.folder("-standby"), isStandby: true)
    }

    /// How to connect to a server that takes no changes, because it waits for a primary.
    package static func standbyConninfo() async throws -> String {
        try await standby.value.conninfo(database: "postgres")
    }

    static func server() async throws -> TestServer { try await started.value }

    /// The server's programs.
    package static let programs: String = {
        if let chosen = ProcessInfo.processInfo.environment["CATALOG_POSTGRES_BIN"] { return chosen }
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = versions.compactMap { Int($0) }.max()
        return newest.map { "/usr/lib/postgresql/\($0)/bin" } ?? "/usr/bin"
    }()

    /// What the server has to say.
    package static var log: String { "\(TestServer.folder())/log" }
}

/// The versions of PostgreSQL that are not the tests' own one, each started by the first test that needs it.
package actor OtherPostgres {
    /// Those that Tests/requirements.txt installs.
    package static let versions = [16, 17, 18]
    private static let shared = OtherPostgres()
    private var started: [Int: Task<TestServer, any Error>] = [:]

    /// Runs `body` with a database of its own on a server of another version, which is dropped afterwards.
    @discardableResult
    package static func withDatabase<Result>(
        version: Int, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let server = try await shared.server(version).value
        return try await server.withDatabase(body)
    }

    /// Runs `body` with a database of a server that nobody else uses, because roles belong to the whole server.
    ///
    /// - Parameters:
    ///   - version: nil is the tests' own version.
    ///   - name: tells servers of one version apart.
    package static func withNewServer(version: Int?, name: String = "new", _ body: (String) async throws -> Void)
        async throws
    {
        let programs = if let version { try await programs(version) } else { TestCluster.programs }
        let server = try await TestServer.start(
            programs: programs, folder: TestServer.folder("-\(name)-\(version.map(String.init) ?? "own")"))
        try await server.withDatabase(body)
    }

    private func server(_ version: Int) -> Task<TestServer, any Error> {
        if let running = started[version] { return running }
        let task = Task {
            try await TestServer.start(
                programs: try await Self.programs(version), folder: TestServer.folder("-\(version)"))
        }
        started[version] = task
        return task
    }

    private static func programs(_ version: Int) async throws -> String {
        let answer = try await Subprocess.run(Project.file("scripts/postgres-bin.sh"), ["\(version)"])
        guard answer.status == 0 else { throw ServerUnavailable(reason: answer.error) }
        return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
