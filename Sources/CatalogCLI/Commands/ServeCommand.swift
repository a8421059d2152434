import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service: take events, work on jobs, poll the buckets.",
        discussion: """
            Any number of processes may share a database. SIGTERM stops it: no further jobs are claimed; running ones have
            CATALOG_GRACE_SECONDS (25) to end, and are then given back to other workers.

            Examples:
              CATALOG_STORE=s3://acme-reports CATALOG_NOTIFY=smtp://mail:25 catalog serve
              catalog serve --roles api,portal
              CATALOG_CONCURRENCY=onboard=4 catalog worker
            """)

    @Option(help: "What this process does, separated by commas: api, portal (the pages, with api), worker, poller.")
    var roles: Roles = Roles(set: Set(ServiceRole.allCases))

    func run() async throws {
        try await ServiceRunner(composition: Composition(), roles: roles.set).run()
    }

    func validate() throws {
        guard !roles.set.contains(.portal) || roles.set.contains(.api) else {
            throw ValidationError("the pages of the portal are served beside the API: use --roles api,portal")
        }
    }

    struct Roles: ExpressibleByArgument {
        var set: Set<ServiceRole>
        var defaultValueDescription: String { "api,portal,worker,poller" }

        init(set: Set<ServiceRole>) { self.set = set }

        init?(argument: String) {
            let roles = argument.split(separator: ",").map { ServiceRole(rawValue: String($0)) }
            guard !roles.isEmpty, !roles.contains(nil) else { return nil }
            set = Set(roles.compactMap { $0 })
        }
    }
}

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Work on jobs only: the same as serve --roles worker.")

    func run() async throws {
        try await ServiceRunner(composition: Composition(), roles: [.worker]).run()
    }
}
