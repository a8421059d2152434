import Curl
package import Enrichment
import Foundation
import Hummingbird
import HummingbirdCore
import Ingest
package import Intake
package import Logging
import NIOCore
package import Postgres
package import ServiceLifecycle
package import Storage
import Tabular
package import Telemetry

/// The HTTP side of the service.
package struct APIServer: Sendable {
    /// How it listens and what it asks of callers, with defaults.
    package struct Configuration: Sendable {
        package var address = ListenAddress(host: "127.0.0.1", port: 8080)
        /// Where operators get metrics, which the other address then does not give; nil gives them there.
        package var operatorsAddress: ListenAddress?
        /// Where callers reach this service, without a slash at the end.
        package var publicURL: String?
        /// Of an uploaded file.
        package var maximumFileBytes = FileLimits().maximumFileBytes
        /// Idle connections are closed after this time, in the middle of a request or between two.
        package var idle = Duration.seconds(30)
        /// Requests a second for each caller, on average.
        package var requestsPerSecond = 50
        /// Proxies that are believed when they say for whom they call, beside those of this machine.
        package var proxies: [AddressBlock] = []
        /// Whether workers mail links to sign in with. They lead to the public URL.
        package var mailsLinks = false
        /// Which JSON Web Tokens are trusted; nil trusts none.
        package var tokens: JWTSettings?
        /// As what people are let in by the issuer of these tokens; nil lets nobody in by it.
        package var client: IssuerClient?
        /// Whether notifications can be listened to: not behind PgBouncer.
        package var listens = true
        /// Of jobs: all that this program works on.
        package var queues: [String] = []
        /// Whether what operators and auditors read stands in `audit.actions`.
        package var recordsReads = false

        package init() {}
    }

    /// What it works with.
    package struct Resources: Sendable {
        let connector: Connector
        let pool: Pool
        let replica: ReadReplica?
        let store: any ObjectStore
        let uploadBucket: String
        let uploadStore: any ObjectStore
        let enrichment: EnrichmentResources
        let recorder: ArrivalRecorder
        let intake: EventIntake?
        let metrics: MetricReport
        let secret: SecretReader
        let isReady: @Sendable () async throws -> Void

        /// - Parameters:
        ///   - connector: for a connection that listens.
        ///   - pool: as many connections as requests may ask the database at once.
        ///   - replica: answers lists and the past; nil leaves them to the primary.
        ///   - store: where reports are.
        ///   - uploadStore: where uploaded files go.
        ///   - uploadBucket: by which `ObjectStores` finds the same store.
        ///   - intake: nil has no route for events.
        ///   - secret: reads that of the issuer's client.
        ///   - isReady: throws the reason why the service cannot work now.
        package init(
            connector: Connector, pool: Pool, replica: ReadReplica?, store: any ObjectStore,
            uploadStore: any ObjectStore, uploadBucket: String, enrichment: EnrichmentResources,
            recorder: ArrivalRecorder, intake: EventIntake?, metrics: MetricReport,
            secret: @escaping SecretReader, isReady: @escaping @Sendable () async throws -> Void
        ) {
            self.connector = connector
            self.pool = pool
            self.replica = replica
            self.store = store
            self.uploadStore = uploadStore
            self.uploadBucket = uploadBucket
            self.enrichment = enrichment
            self.recorder = recorder
            self.intake = intake
            self.metrics = metrics
            self.secret = secret
            self.isReady = isReady
        }
    }

    private let configuration: Configuration
    private let resources: Resources
    private let pages: (any PageSource)?
    private let logger: Logger
    private let watch = UploadWatch()
    private let changes = ChangeWatch()
    private let authenticator: Authenticator
    private let pageDoor: PageDoor
    private let issuerDoor: IssuerDoor?
    private let database: APIDatabase
    private let content: UploadContentRoutes
    private let health: HealthRoutes
    private let report: MetricsRoutes

    /// - Parameter pages: for people; nil has none.
    package init(
        _ configuration: Configuration, _ resources: Resources, pages: (any PageSource)? = nil, logger: Logger
    ) {
        self.pages = pages
        self.configuration = configuration
        self.resources = resources
        self.logger = logger
        let http = HTTPClient()
        let issuer = configuration.tokens.map { JWTIssuer($0, http: http, logger: logger) }
        authenticator = Authenticator(pool: resources.pool, issuer: issuer)
        pageDoor = PageDoor(
            pool: resources.pool, authenticator: authenticator, publicURL: configuration.publicURL,
            address: configuration.address)
        issuerDoor = issuer.flatMap { [pageDoor] in
            IssuerDoor($0, pageDoor, configuration, http: http, secret: resources.secret, logger: logger)
        }
        database = APIDatabase(
            pool: resources.pool, prepares: configuration.listens, replica: resources.replica)
        let uploads = AnnouncedUploads(
            store: resources.uploadStore, bucket: resources.uploadBucket, recorder: resources.recorder)
        content = UploadContentRoutes(
            uploads: uploads, maximumFileBytes: configuration.maximumFileBytes, publicURL: configuration.publicURL)
        health = HealthRoutes(isReady: resources.isReady, logger: logger)
        report = MetricsRoutes(metrics: resources.metrics)
    }

    /// What listens, and what keeps it informed; all end when they are asked to.
    package func services() throws -> [any Service] {
        let upkeep = APIUpkeep(
            watch: watch, changes: changes, authenticator: authenticator, connector: resources.connector,
            pool: resources.pool,
            listens: configuration.listens, logger: logger)
        let endpoints = endpoints
        let people = pages?.endpoints(pageServices) ?? []
        let main = listener.service(at: configuration.address, endpoints + [description(of: endpoints)] + people)
        // The first to start is the last to stop.
        let first: [any Service] = resources.replica.map { [$0, upkeep] } ?? [upkeep]
        guard let address = configuration.operatorsAddress else { return first + [main] }
        return first + [main, listener.service(at: address, health.endpoints + report.endpoints)]
    }

    private var listener: HTTPListener {
        let door = EndpointRouter(
            authenticator: authenticator, pages: pageDoor,
            limiter: RequestLimiter(perSecond: configuration.requestsPerSecond),
            idempotency: Idempotency(
                pool: resources.pool, maximumBodyBytes: configuration.maximumFileBytes + Self.formOverhead),
            recordsReads: configuration.recordsReads)
        let (pages, services) = (pages, pageServices)
        return HTTPListener(
            idle: configuration.idle, door: door, page: { pages?.answer(to: $0, $1, services) }, logger: logger)
    }

    /// What a form adds to its file, generously.
    private static let formOverhead = 1 << 20

    private var endpoints: [Endpoint] {
        let (pool, store) = (resources.pool, resources.store)
        var limits = FileLimits()
        limits.maximumFileBytes = configuration.maximumFileBytes
        let groups = [
            content.endpoints,
            UploadRoutes(database: database, files: ReportFiles(store: store), watch: watch).endpoints,
            UploadCheckRoutes(database: database).endpoints,
            ProductRoutes(database: database).endpoints, ProductExportRoutes(database: database).endpoints,
            ChangeRoutes(database: database, watch: changes).endpoints, CategoryRoutes(database: database).endpoints,
            TemplateRoutes(database: database).endpoints, VendorRoutes(database: database).endpoints,
            TokenRoutes(database: database).endpoints, MappingRoutes(database: database, limits: limits).endpoints,
            RuleRoutes(database: database).endpoints,
            JobRoutes(database: database, queues: configuration.queues).endpoints, enrichments(database).endpoints,
            ContactMappingRoutes(database: database).endpoints, ProviderRoutes(database: database).endpoints,
            ArrivalRoutes(database: database, pipelines: resources.recorder.pipelines).endpoints,
            RelayRoutes(database: database).endpoints,
            resources.intake.map { EventRoutes(intake: $0).endpoints } ?? [],
            ReportRoutes(links: ReportLinks(store: store, publicURL: configuration.publicURL), pool: pool).endpoints,
            health.endpoints, configuration.operatorsAddress == nil ? report.endpoints : [],
        ]
        return groups.flatMap(\.self)
    }

    private var pageServices: PageServices {
        PageServices(
            database: database, content: content, files: ReportFiles(store: resources.store), watch: watch,
            door: pageDoor, links: mailedLinks, issuer: issuerDoor,
            prefix: configuration.publicURL.flatMap(URL.init)?.path() ?? "",
            maximumFileBytes: configuration.maximumFileBytes)
    }

    private var mailedLinks: MailedLinks? {
        configuration.mailsLinks ? MailedLinks(pool: resources.pool, proxies: configuration.proxies) : nil
    }

    private func enrichments(_ database: APIDatabase) -> EnrichmentRoutes {
        let announced = AnnouncedEnrichments(
            store: resources.uploadStore, bucket: resources.uploadBucket, recorder: resources.recorder)
        return EnrichmentRoutes(
            resources: resources.enrichment, announced: announced, pool: resources.pool, database: database,
            maximumFileBytes: configuration.maximumFileBytes, publicURL: configuration.publicURL)
    }

    private func description(of endpoints: [Endpoint]) -> Endpoint {
        let json = ByteBuffer(bytes: OpenAPIDocument(endpoints).json)
        return Endpoint(
            method: .get, path: "/openapi.json", summary: "This document.", access: .anybody,
            answers: [.init(.ok, .text("application/json"), "OpenAPI 3.1.")]
        ) { _ in .json(json) }
    }
}
