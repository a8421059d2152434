import API
import Catalog
import Enrichment
import Foundation
import Ingest
import Intake
import Jobs
import Logging
import Migrations
import Portal
import Postgres
import Relay
import ServiceLifecycle
import Storage
import Telemetry
import Traces
import Tracing
import UnixSignals
import Upkeep

/// What a process of the service does.
enum ServiceRole: String, CaseIterable, Sendable { case api, portal, worker, poller }

/// One process, one service group: every role is a service, signals are handled in one place.
struct ServiceRunner {
    let composition: Composition
    let roles: Set<ServiceRole>

    /// Of a statement that answers a request or keeps this process known: a server that hangs is given up, and the next try goes to
    /// another one. Longer than the 10 s that the server itself gives a read.
    private static let statementLimit = Duration.seconds(15)

    private var settings: ServiceSettings { composition.settings.service }

    /// Returns after SIGTERM or SIGINT, when all has ended.
    func run() async throws {
        let logger = makeLogger()
        // A wrong schema, missing rights or an unreachable database stop the start, not the first job.
        try await composition.requireRights()
        if roles.contains(.api) {
            try settings.http.checkAddresses()
        } else {
            try settings.http.checkOperatorsAddress()
        }
        let registry = startMetrics()
        composition.sweepFolders()
        let slots = settings.worker.concurrency.values.reduce(0, +)
        let pool = Pool(connector, maximum: slots + 4, application: "catalog-service")
        let quick = Pool(connector, maximum: 3, application: "catalog-service", limit: Self.statementLimit)
        let names = roles.map(\.rawValue).sorted().joined(separator: ",")
        // The first to start is the last to stop.
        var services: [any Service] = startTraces(logger)
        services += [try InstanceHeartbeat(pool: quick, roles: names, logger: logger)]
        let worker = roles.contains(.worker) ? try worker(pool, logger) : nil
        if let worker {
            services += [HistoryTicker(pool: quick, logger: logger), worker.attributed(Attribution(actor: "worker"))]
        }
        let poller = roles.contains(.poller) ? poller(quick, logger) : nil
        if let poller { services += try listeners(poller, quick, logger) }
        if let registry {
            let report = report(registry, quick, poller, logger)
            services +=
                try roles.contains(.api) ? server(worker, report, logger) : operators(worker, report, quick, logger)
            if settings.metrics.isEmbedded {
                services.append(EmbeddedMetrics(report: report, namespace: settings.metrics.namespace))
            }
        }
        logger.notice("service.started", metadata: ["roles": "\(names)"])
        try await run(services, logger)
        await pool.close()
        await quick.close()
        logger.notice("service.stopped")
    }

    private func run(_ services: [any Service], _ logger: Logger) async throws {
        // Without names of their own they would be named by all that they hold: a tenth of a second, and secrets in messages.
        let named = services.map {
            ServiceGroupConfiguration.ServiceConfiguration(service: $0, serviceName: $0.name)
        }
        var configuration = ServiceGroupConfiguration(
            services: named, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.worker.gracePeriod + .seconds(10)
        let look = Task { if roles.contains(.worker) { await composition.lookAtTargets(logger) } }
        defer { look.cancel() }
        try await ServiceGroup(configuration: configuration).run()
    }

    private func worker(_ pool: Pool, _ logger: Logger) throws -> JobWorker {
        var configuration = settings.worker
        let watched = WatchedUploads(listens: configuration.listens)
        let resources = UploadJobResources(
            pool: pool, stores: composition.stores, notifier: try composition.notifier(),
            limits: composition.settings.limits, publicURL: settings.publicURL, watched: watched,
            operators: composition.settings.operators,
            signInURL: settings.http.mailsLinks ? settings.publicURL : nil)
        let arrivals = ArrivalsJob(pool: pool, days: composition.settings.arrivalDays)
        var handlers = resources.handlers + (try composition.enrichment(pool).handlers)
        handlers += try composition.upkeep(pool).handlers + [arrivals]
        var periodic = UploadJobResources.periodic + EnrichmentResources.periodic + UpkeepResources.periodic
        periodic.append(ArrivalsJob.periodic)
        if let alerts = try composition.alerts(pool) {
            handlers.append(alerts)
            periodic.append(AlertsJob.periodic)
        }
        let relay = composition.relay(pool)
        handlers += relay.handlers
        if !relay.targets.isEmpty { periodic += RelayResources.periodic }
        composition.settings.relay.adapt(&configuration)
        return JobWorker(
            configuration, connector: connector, handlers: handlers.watched(periodic, pool), periodic: periodic,
            heard: [WatchedUploads.channel: { watched.hear($0) }],
            observer: QueueMetrics(queues: Array(configuration.concurrency.keys)),
            attribution: { job, payload in
                Attribution.job(
                    kind: job.kind, about: payload.subject ?? "\(job.jobID)", requestID: payload.jobContext.requestID
                ).context
            }, logger: logger)
    }

    /// What finds out by itself that objects have arrived.
    private func listeners(_ poller: ArrivalPoller, _ pool: Pool, _ logger: Logger) throws -> [any Service] {
        var listeners: [any Service] = [poller]
        if let queue = try composition.eventQueue(pool, logger) { listeners.append(queue) }
        return listeners.map { $0.attributed(Attribution(actor: "poller")) }
    }

    private func poller(_ pool: Pool, _ logger: Logger) -> ArrivalPoller {
        ArrivalPoller(
            recorder: composition.recorder(pool), stores: composition.stores, interval: settings.pollInterval,
            logger: logger)
    }

    /// - Parameter worker: of the same process, which is not ready without it.
    private func server(_ worker: JobWorker?, _ report: MetricReport, _ logger: Logger) throws -> [any Service] {
        let pool = Pool(
            connector, maximum: settings.httpConnections, application: "catalog-api", limit: Self.statementLimit)
        let stores = composition.stores
        let resources = APIServer.Resources(
            connector: connector, pool: pool, replica: replica(of: pool, logger), store: try stores.reports(),
            uploadStore: try stores.store(bucket: stores.uploadBucket), uploadBucket: stores.uploadBucket,
            enrichment: try composition.enrichment(pool),
            recorder: composition.recorder(pool), intake: composition.intake(pool, logger), metrics: report,
            secret: composition.cloud.providerSecret, isReady: readiness(worker))
        return try APIServer(
            settings.http, resources, pages: roles.contains(.portal) ? Portal() : nil, logger: logger
        ).services()
    }

    /// - Returns: nothing if no address is set for operators.
    private func operators(
        _ worker: JobWorker?, _ report: MetricReport, _ pool: Pool, _ logger: Logger
    ) -> [any Service] {
        guard let address = settings.http.operatorsAddress else { return [] }
        let server = OperatorServer(pool: pool, metrics: report, logger: logger, isReady: readiness(worker))
        return [server.service(at: address)]
    }

    /// A process that answers requests is ready although the relay's targets are away: windows wait, uploads and events go on.
    private func readiness(_ worker: JobWorker?) -> @Sendable () async throws -> Void {
        let targets = worker != nil && !roles.contains(.api) ? composition.archiveStores() : [:]
        return {
            try worker?.requireClaims()
            try await composition.checkReadiness()
            try await targets.requireOne()
        }
    }

    /// - Returns: nil if the primary answers all.
    private func replica(of primary: Pool, _ logger: Logger) -> ReadReplica? {
        settings.readURL.map { url in
            let pool = Pool(
                composition.database.connector(reading: url), maximum: settings.httpConnections,
                application: "catalog-api-read", limit: Self.statementLimit)
            return ReadReplica(pool: pool, primary: primary, bound: settings.readLag, logger: logger)
        }
    }

    /// - Returns: nothing if no collector is set.
    private func startTraces(_ logger: Logger) -> [any Service] {
        guard let traces = settings.traces else { return [] }
        let exporter = SpanExporter(traces.exporter, logger: logger)
        InstrumentationSystem.bootstrap(
            ExportingTracer(
                exporter: exporter, sampling: traces.sampling, followsParents: traces.followsParents))
        return [exporter]
    }

    private func makeLogger() -> Logger {
        let (format, level) = (settings.logFormat, settings.logLevel)
        LoggingSystem.bootstrap { label in
            switch format {
            case .json: JSONLogHandler()
            case .text: TerminalLogHandler(label: label)
            }
        }
        var logger = Logger(label: "catalog")
        logger.logLevel = level
        return logger
    }
}

extension Composition {
    func requireRights() async throws {
        let connection = try await connect(notice: { _ in })
        try await connection.closingOnError { connection in
            try await connection.run { try $0.requireServiceRights() }
        }
        await connection.close()
    }

    /// A database that takes changes, its schema, the rights to work in it, and the store.
    /// - Throws: the reason why the service cannot work now.
    func checkReadiness() async throws {
        let files = try MigrationSet.bundled()
        let connection = try await database.open()
        do {
            try await connection.run(within: .seconds(10)) { session in
                try session.requireWritable()
                try Migrator.requireCurrent(session, files: files)
                try session.requireServiceRights()
            }
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
        _ = try await stores.reports().list(prefix: "errors/", after: nil)
    }
}
