import API
import Jobs
import Logging

/// What `catalog serve` and `catalog worker` read.
extension Setting {
    static let httpAddress = Setting(
        "CATALOG_HTTP_ADDRESS", fallback: "`\(defaults.service.http.address)`", meaning: "where it listens",
        example: "0.0.0.0:8080")
    static let metricsAddress = Setting(
        "CATALOG_METRICS_ADDRESS",
        meaning: """
            an address for operators, in every role: `/metrics` is answered there, with health, and no longer where others call
            """, example: "10.0.0.7:9090")
    static let metricsEMF = Setting(
        "CATALOG_METRICS_EMF", .switched, fallback: "`off`",
        meaning: "a line a minute on standard output, from which CloudWatch makes ten metrics", example: "on")
    static let metricsNamespace = Setting(
        "CATALOG_METRICS_NAMESPACE", fallback: "`\(defaults.service.metrics.namespace)`",
        meaning: "of these metrics in CloudWatch", example: "catalog/shop")
    static let eventsToken = Setting(
        "CATALOG_EVENTS_TOKEN", meaning: "bearer token that senders of events other than SNS must present",
        example: "openssl rand -hex 24")
    static let eventsTopic = Setting(
        "CATALOG_EVENTS_TOPIC", meaning: "the only topic of SNS whose messages are trusted",
        example: "arn:aws:sns:eu-central-1:123456789012:vendor-files")
    static let eventsQueue = Setting(
        "CATALOG_EVENTS_QUEUE", meaning: "URL of a queue of SQS that has events; read by the poller's role",
        example: "https://sqs.eu-central-1.amazonaws.com/123456789012/vendor-files")
    static let pollSeconds = Setting(
        "CATALOG_POLL_SECONDS", .secondsOfADay, fallback: seconds(defaults.service.pollInterval),
        meaning: "pause between two rounds of the poller",
        example: "300"
    )
    static let concurrency = Setting(
        "CATALOG_CONCURRENCY", fallback: "`onboard=2,report=4,notify=8,enrich=8,relay=4,relay-upkeep=2,upkeep=2`",
        meaning: "jobs at once, by queue; those not named keep their default", example: "onboard=4")
    static let leaseSeconds = Setting(
        "CATALOG_LEASE_SECONDS", .secondsOfADay, fallback: seconds(defaults.service.worker.lease),
        meaning: "how long a claim holds without a heartbeat",
        example: "60")
    static let graceSeconds = Setting(
        "CATALOG_GRACE_SECONDS", .secondsOfADay, fallback: seconds(defaults.service.worker.gracePeriod),
        meaning: "how long running jobs may take after SIGTERM",
        example: "50"
    )
    static let stallSeconds = Setting(
        "CATALOG_STALL_SECONDS", fallback: seconds(defaults.service.worker.timeLimits.standard),
        meaning: "a job that shows no progress for so long is stopped and fails; for all queues, for some, or both",
        example: "900,onboard=1800")
    static let listen = Setting(
        "CATALOG_LISTEN", .switched, fallback: "`on`", meaning: "`off`: no LISTEN, for PgBouncer", example: "off")
    static let httpConnections = Setting(
        "CATALOG_HTTP_CONNECTIONS", .whole(1...500), fallback: "\(defaults.service.httpConnections)",
        meaning: "connections to the database for HTTP requests",
        example: "16")
    static let readDatabaseURL = Setting(
        "CATALOG_READ_DATABASE_URL", fallback: "the primary",
        meaning: """
            a standby that answers lists of products and uploads, searches and the past over HTTP; user and password are those of \
            `CATALOG_DATABASE_SECRET` or `CATALOG_DATABASE_AUTH`, where these are set
            """, example: "postgres://onboarding@db-read:5432/shop")
    static let readLagSeconds = Setting(
        "CATALOG_READ_LAG_SECONDS", .seconds(1...3600), fallback: seconds(defaults.service.readLag),
        meaning: "how far that standby may be behind; beyond it the primary is asked", example: "30")
    static let httpRate = Setting(
        "CATALOG_HTTP_RATE", .whole(1...1_000_000), fallback: "\(defaults.service.http.requestsPerSecond)",
        meaning: "requests per second for each caller, twice as many at once", example: "200")
    static let httpProxies = Setting(
        "CATALOG_HTTP_PROXIES", fallback: "this machine",
        meaning: """
            addresses of proxies, or blocks of some, separated by commas: who calls through them is read from `X-Forwarded-For`, where links \
            to sign in with are limited by caller
            """, example: "10.0.0.0/16")
    static let httpIdleSeconds = Setting(
        "CATALOG_HTTP_IDLE_SECONDS", .secondsOfADay, fallback: seconds(defaults.service.http.idle),
        meaning: "idle connections are closed after this time",
        example: "60")
    static let oidcIssuer = Setting(
        "CATALOG_OIDC_ISSUER", meaning: "issuer of the JSON Web Tokens that are accepted",
        example: "https://login.acme.example")
    static let oidcAudience = Setting(
        "CATALOG_OIDC_AUDIENCE", meaning: "the audience that they must name; required with an issuer",
        example: "catalog")
    static let oidcVendorClaim = Setting(
        "CATALOG_OIDC_VENDOR_CLAIM", fallback: "`vendor_id`", meaning: "the claim that names the vendor",
        example: "https://acme.example/vendor")
    static let oidcRoleClaim = Setting(
        "CATALOG_OIDC_ROLE_CLAIM", fallback: "`catalog_role`", meaning: "the claim that names the role",
        example: "https://acme.example/role")
    static let oidcClientID = Setting(
        "CATALOG_OIDC_CLIENT_ID",
        meaning: """
            as which client of the issuer people sign in at the portal, by a code with PKCE; it needs `CATALOG_PUBLIC_URL`, below which the issuer \
            sends them back to `/portal/sign-in/oidc/callback`
            """, example: "catalog-portal")
    static let oidcClientSecret = Setting(
        "CATALOG_OIDC_CLIENT_SECRET",
        meaning:
            "where the client's secret is: id of a secret in Secrets Manager, or `file:PATH`; a public client has none",
        example: "file:/run/secrets/oidc")
    static let oidcScope = Setting(
        "CATALOG_OIDC_SCOPE", fallback: "`\(IssuerClient(clientID: "").scope)`",
        meaning:
            "what is asked for when people sign in, separated by blanks: what makes the issuer tell vendor and role",
        example: "openid profile")
    static let auditReads = Setting(
        "CATALOG_AUDIT_READS", .switched, fallback: "`off`",
        meaning: "`on`: what operators and auditors read over HTTP stands in audit.actions, too", example: "on")
    static let callbackSecret = Setting(
        "CATALOG_CALLBACK_SECRET",
        meaning: """
            where the key is that `callbackUrl` of enrichments is called with: id of a secret in Secrets Manager, or `file:PATH`; text, or \
            `whsec_` and base 64. Without it no such URL is taken.
            """, example: "file:/run/secrets/callback")
    static let callbackHosts = Setting(
        "CATALOG_CALLBACK_HOSTS",
        meaning: """
            hosts that may be called although they are in no public network, and without TLS, separated by commas; all others need an \
            address of the internet and https
            """, example: "crm.internal")
    static let publicURL = Setting(
        "CATALOG_PUBLIC_URL",
        meaning:
            "where vendors reach this service: links in mails lead there, those to sign in with, and those to reports that the store would not keep alive for 7 days",
        example: "https://catalog.example.com")
    static let linkProfile = Setting(
        "CATALOG_LINK_PROFILE", meaning: "profile whose credentials sign links", example: "links")
    static let logFormat = Setting(
        "CATALOG_LOG_FORMAT", .words(of: ServiceSettings.LogFormat.self), fallback: "`text`",
        meaning: "format of the log",
        example: "json")
    static let logLevel = Setting(
        "CATALOG_LOG_LEVEL", .words(of: Logger.Level.self), fallback: "`info`", meaning: "lowest level that is logged",
        example: "debug")
}
