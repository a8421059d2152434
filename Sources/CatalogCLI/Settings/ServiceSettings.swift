import API
import Jobs
import Logging

/// How `serve` and `worker` run. Each default stands where it is used: in the configuration of the server and of the worker.
struct ServiceSettings: Sendable {
    var http: APIServer.Configuration
    /// Connections to the database for requests.
    var httpConnections = 8
    /// A standby that answers reads; nil leaves them to the primary.
    var readURL: String?
    /// How old what it answers may be.
    var readLag = Duration.seconds(5)
    var events: EventSettings
    var worker: JobWorkerConfiguration
    var metrics: MetricSettings
    /// Nil without a collector.
    var traces: TraceSettings?
    /// Between two rounds of the poller.
    var pollInterval = Duration.seconds(60)
    /// Profile of credentials that live long enough to sign links for 7 days.
    var linkProfile: String?
    var logFormat = LogFormat.text
    var logLevel = Logger.Level.info

    enum LogFormat: String, CaseIterable { case text, json }

    init(_ variables: Variables) throws {
        http = try APIServer.Configuration(variables)
        httpConnections = try variables.whole("CATALOG_HTTP_CONNECTIONS", in: 1...500) ?? httpConnections
        readURL = variables["CATALOG_READ_DATABASE_URL"]
        readLag = try variables.seconds("CATALOG_READ_LAG_SECONDS", in: 1...3600) ?? readLag
        events = try EventSettings(variables)
        worker = try JobWorkerConfiguration(variables)
        metrics = try MetricSettings(variables)
        traces = try TraceSettings(variables)
        http.listens = worker.listens
        http.recordsReads = try variables.isOn("CATALOG_AUDIT_READS") ?? http.recordsReads
        pollInterval = try variables.seconds("CATALOG_POLL_SECONDS") ?? pollInterval
        linkProfile = variables["CATALOG_LINK_PROFILE"]
        logFormat = try variables.choice("CATALOG_LOG_FORMAT") ?? logFormat
        logLevel = try variables.choice("CATALOG_LOG_LEVEL") ?? logLevel
    }

    /// All that this program works on.
    var queues: [String] { http.queues }
    /// Where vendors reach this service: for links that outlive temporary credentials.
    var publicURL: String? { http.publicURL }
    /// Whether notifications of PostgreSQL can be listened to: not behind PgBouncer.
    var listens: Bool { worker.listens }
}
