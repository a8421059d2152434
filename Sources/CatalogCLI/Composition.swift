import API
import AWS
import ArgumentParser
import Curl
import Enrichment
import Foundation
import Ingest
import Intake
import Jobs
import Logging
import Migrations
import Postgres
import Relay
import Storage
import Threads
import Upkeep

/// The only place that builds everything, for commands and for tests.
struct Composition: Sendable {
    /// How stores may be given, in the order of the help texts.
    static let kindsOfStores: [any StoreSetting.Type] = [FolderStoreSetting.self, BucketStoreSetting.self]
    /// How `CATALOG_NOTIFY` may be given, the same.
    static let kindsOfNotifiers: [any NotifierSetting.Type] = [
        FolderNotifierSetting.self, TopicNotifierSetting.self, MailServerNotifierSetting.self,
    ]

    let settings: Settings
    let stores: Stores
    let database: Database
    let cloud: Cloud

    init(settings: Settings? = nil) throws {
        let settings = try settings ?? Settings()
        self.settings = settings
        cloud = Cloud()
        stores = Stores(settings: settings, cloud: cloud)
        database = Database(settings: settings, cloud: cloud)
    }

    /// A connection to a database that this binary works with. The embedded database is migrated by itself; a configured one is its
    /// operator's business and refused if it is behind, or ahead with a migration that does not work with this binary.
    ///
    /// - Parameter notice: told when it is ahead and compatible; the terminal, once, if nothing else is said.
    func connect(
        notice: @Sendable (SchemaStanding) -> Void = SchemaNotice.tell
    ) async throws -> Connection {
        let connection = try await database.open()
        notice(try await connection.closingOnError(requireSchema))
        return connection
    }

    private func requireSchema(_ connection: Connection) async throws -> SchemaStanding {
        let files = try MigrationSet.bundled()
        do {
            return try await connection.run { try Migrator.requireCurrent($0, files: files) }
        } catch let mismatch as SchemaMismatch {
            guard settings.isEmbedded, case .behind = mismatch else { throw mismatch }
            // Commits wait for no disk: what a crash of the machine takes back in a private database is done again.
            let conninfo = try await database.conninfo() + " options='-c synchronous_commit=off'"
            // What it does has its records of its own, and the tables of others may be missing before.
            try await TransactionContext.$current.withValue(nil) { _ = try await migrator(conninfo).up() }
            return .current
        }
    }

    func migrator(
        _ conninfo: String, files: MigrationSet? = nil, report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) throws -> Migrator {
        Migrator(
            conninfo: conninfo, files: try files ?? MigrationSet.bundled(),
            binary: CatalogCommand.release,
            report: report)
    }

    func pipeline(_ connection: Connection) throws -> OnboardingPipeline {
        OnboardingPipeline(connection: connection, store: try stores.reports(), limits: settings.limits)
    }

    func outbox(_ connection: Connection) throws -> OutboxDelivery {
        OutboxDelivery(
            connection: connection, store: try stores.reports(), notifier: try notifier(),
            publicURL: settings.service.publicURL
        ) { [connector = database.connector] body in
            try await connector.open().closing { try await $0.transaction { try body($0) } }
        }
    }

    func notifier() throws -> any Notifier { try settings.notifier.notifier(notifierResources) }

    /// - Returns: nil if nobody is told of alerts.
    func alerts(_ pool: Pool) throws -> AlertsJob? { try settings.alerts?.job(pool, notifierResources) }

    private var notifierResources: NotifierResources { NotifierResources(cloud: cloud, sender: settings.sender) }

    /// What enriches, on a pool with a connection for each job.
    func enrichment(_ pool: Pool) throws -> EnrichmentResources {
        let factory = ProviderFactory(providerResources(pool))
        let callbacks = Callbacks(
            secretID: settings.enrichment.callbackSecret, trustedHosts: settings.enrichment.callbackHosts,
            publicURL: settings.service.publicURL, http: HTTPClient(), secret: cloud.providerSecret)
        return EnrichmentResources(
            pool: pool, stores: stores, output: try stores.enrichmentOutput(),
            registry: ProviderRegistry(pool: pool, factory: factory), limits: settings.limits, callbacks: callbacks,
            retentionDays: settings.enrichment.retentionDays)
    }

    private func providerResources(_ pool: Pool, _ trace: ProviderTrace? = nil) -> ProviderResources {
        ProviderResources(http: HTTPClient(), pool: pool, secret: cloud.providerSecret, trace: trace)
    }

    /// What asks a provider once, and shows how.
    func providerTester(_ pool: Pool) -> ProviderTester {
        let trace = ProviderTrace()
        return ProviderTester(pool: pool, factory: ProviderFactory(providerResources(pool, trace)), trace: trace)
    }

    /// - Throws: `ProviderSettingsError` if its adapter cannot use the settings.
    func checkProvider(_ row: ProviderRow) throws {
        let pool = Pool(database.connector, maximum: 1)
        _ = try ProviderFactory(providerResources(pool)).make(row)
    }

    /// What takes events over HTTP.
    /// - Returns: nil if nothing proves who sends them and others than this machine reach the address.
    func intake(_ pool: Pool, _ logger: Logger) -> EventIntake? {
        let events = settings.service.events
        guard events.areProved || settings.service.http.address.isLoopback else { return nil }
        return EventIntake(
            recorder: recorder(pool), token: events.token,
            topic: events.topic.map { cloud.trustedTopic($0, logger) }, logger: logger)
    }

    /// What takes events from a queue.
    /// - Returns: nil if none is set.
    func eventQueue(_ pool: Pool, _ logger: Logger) throws -> EventQueue? {
        try settings.service.events.queue.map { queue in
            EventQueue(
                client: SQSClient(try cloud.configuration()), queue: queue,
                intake: EventIntake(recorder: recorder(pool), token: nil, topic: nil, logger: logger), logger: logger)
        }
    }

    /// What can become of objects: a route names one of these.
    var pipelines: Pipelines {
        Pipelines([OnboardIntake(), EnrichmentIntake(), relayIntake])
    }

    private var relayIntake: RelayIntake {
        let targets = settings.relay.targets.keys
        guard !targets.isEmpty else { return RelayIntake(window: settings.relay.settings.window) }
        return RelayIntake(
            window: settings.relay.settings.window, targets: Set(targets.filter { !$0.isEmpty }),
            largestArchive: settings.relay.settings.archiveBytes)
    }

    func recorder(_ pool: Pool) -> ArrivalRecorder { ArrivalRecorder(pool: pool, pipelines: pipelines) }

    /// What makes and releases partitions.
    func upkeep(_ pool: Pool) throws -> UpkeepResources {
        UpkeepResources(pool: pool, store: try stores.reports(), settings: settings.retention)
    }

    /// The targets that this process knows, by name.
    func archiveStores() -> [String: any ArchiveStore] {
        settings.relay.targets.mapValues { $0.store(cloud) }
    }

    /// Removes what killed processes have left in our folders, while the work goes on.
    func sweepFolders() {
        var folders = Array(stores.folders)
        if let mails = settings.notifier.folder { folders.append(mails) }
        folders += settings.relay.targets.values.compactMap(\.folder)
        guard !folders.isEmpty else { return }
        detachThread(named: "sweep") { [folders] in
            for folder in folders { StagedFile.sweep(below: folder.path) }
        }
    }

    /// Ends the work of a command that changed something elsewhere, so that `audit.actions` has it.
    func recordAction() async throws {
        try await withConnection { try await $0.transaction { _ in } }
    }

    /// Runs one piece of work on a connection of its own.
    func withConnection<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try await connect().closing(after: body)
    }
}
