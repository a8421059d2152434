import API
import Curl
import Foundation
import Ingest
import Jobs
import Logging
import Tabular

/// The environment, read once: `CATALOG_*` as documented in `docs/reference/settings.md`. The AWS SDKs' own variables are read elsewhere.
struct Settings: Sendable {
    /// Which database, and how to be let in.
    enum Database: Sendable {
        /// A private cluster below `base`.
        case embedded
        /// libpq URI or conninfo.
        case url(String)
        /// Id of a secret of Secrets Manager; the URL gives what the secret does not.
        case secret(String, url: String?)
        /// The URL's user, with a token of RDS instead of a password.
        case iam(String)
    }

    enum Store: Sendable { case folder(URL), bucket(String) }

    enum Notify: Sendable { case folder(URL), topic(String), mail(SMTPServer) }

    /// Names the folder of the embedded database's programs, where they are not found by themselves.
    static let serverProgramsVariable = "CATALOG_POSTGRES_BIN"

    var database = Database.embedded
    /// Folder of the embedded database, of local objects and of local mail.
    var base: URL
    var store: Store
    /// Where enriched files go; nil for the store of reports.
    var enrichmentOutput: Store?
    var notify: Notify
    var sender = MailSender()
    var limits = FileLimits()
    var service = ServiceSettings()
    var relay = RelayOptions()

    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = FileManager.default.currentDirectoryPath
    ) throws {
        let variables = Variables(environment)
        base = URL(fileURLWithPath: directory).appendingPathComponent(".catalog")
        database = try Self.database(variables)
        store = try Self.store(variables, "CATALOG_STORE") ?? .folder(base.appendingPathComponent("objects"))
        enrichmentOutput = try Self.store(variables, "CATALOG_ENRICH_OUTPUT")
        notify = try Self.notify(variables, default: base.appendingPathComponent("mail"))
        if let address = variables["CATALOG_MAIL_FROM"] { sender.address = address }
        if let bytes = try variables.positive("CATALOG_MAX_FILE_BYTES") { limits.maximumFileBytes = bytes }
        // Row numbers are 32-bit integers in the database.
        if let rows = try variables.positive("CATALOG_MAX_ROWS", atMost: Int(Int32.max / 2)) {
            limits.maximumRows = rows
        }
        service = try ServiceSettings(variables)
        relay = try RelayOptions(variables)
    }

    var isEmbedded: Bool {
        if case .embedded = database { true } else { false }
    }

    /// Which variable names the database.
    var databaseVariable: String {
        if case .secret = database { "CATALOG_DATABASE_SECRET" } else { "CATALOG_DATABASE_URL" }
    }

    private static func database(_ variables: Variables) throws -> Database {
        let url = variables["CATALOG_DATABASE_URL"]
        let usesTokens = try variables.choice("CATALOG_DATABASE_AUTH", ["password": false, "iam": true]) ?? false
        switch (url, variables["CATALOG_DATABASE_SECRET"]) {
        case (nil, nil):
            guard !usesTokens else {
                throw SettingsError(
                    "CATALOG_DATABASE_AUTH", "iam", "set CATALOG_DATABASE_URL, with host, port and user")
            }
            return .embedded
        case (let url?, nil): return usesTokens ? .iam(url) : .url(url)
        case (let url, let secret?):
            guard !usesTokens else {
                throw SettingsError("CATALOG_DATABASE_AUTH", "iam", "unset it, or CATALOG_DATABASE_SECRET")
            }
            return .secret(secret, url: url)
        }
    }

    private static func store(_ variables: Variables, _ name: String) throws -> Store? {
        guard let value = variables[name] else { return nil }
        if let path = Self.path(value) { return .folder(path) }
        let bucket = value.dropFirst("s3://".count)
        guard value.hasPrefix("s3://"), !bucket.isEmpty, !bucket.contains("/") else {
            throw SettingsError(
                name, value, "expected file:DIRECTORY or s3://BUCKET, for example file:/var/lib/catalog")
        }
        return .bucket(String(bucket))
    }

    private static func notify(_ variables: Variables, default folder: URL) throws -> Notify {
        let name = "CATALOG_NOTIFY"
        guard let value = variables[name] else { return .folder(folder) }
        if let path = Self.path(value) { return .folder(path) }
        if value.hasPrefix("sns:arn:") { return .topic(String(value.dropFirst("sns:".count))) }
        if value.hasPrefix("arn:") { return .topic(value) }
        guard value.hasPrefix("smtp://") || value.hasPrefix("smtps://") else {
            throw SettingsError(
                name, value, "expected file:DIRECTORY, sns:TOPIC_ARN or smtp://[USER:PASSWORD@]HOST:PORT")
        }
        do {
            return .mail(try SMTPServer(value))
        } catch {
            throw SettingsError(name, "smtp://…", error.reason)
        }
    }

    private static func path(_ value: String) -> URL? {
        value.hasPrefix("file:") && value.utf8.count > 5 ? URL(fileURLWithPath: String(value.dropFirst(5))) : nil
    }
}

/// How `serve` and `worker` run.
struct ServiceSettings: Sendable {
    var httpHost = "127.0.0.1"
    var httpPort = 8080
    var logFormat = LogFormat.text
    var logLevel = Logger.Level.info
    /// Jobs at once, by queue.
    var concurrency = ["onboard": 2, "report": 4, "notify": 8, "enrich": 8, "relay": 4]
    var listens = true
    var lease = JobWorkerConfiguration.standardLease
    var gracePeriod = JobWorkerConfiguration.standardGracePeriod
    /// How long jobs may show no progress.
    var timeLimits = JobWorkerConfiguration.TimeLimits()
    /// Between two rounds of the poller.
    var pollInterval = Duration.seconds(60)
    /// Whoever posts events other than SNS's must know it.
    var eventsToken: String?
    /// The topic whose messages are believed.
    var eventsTopic: String?
    /// Connections to the database for requests.
    var httpConnections = 8
    /// For each caller.
    var requestsPerSecond = 50
    /// Who says nothing for so long is disconnected.
    var httpIdle = Duration.seconds(30)
    /// Whose JSON Web Tokens are believed.
    var tokens: JWTSettings?
    /// Where vendors reach this service: for links that outlive temporary credentials.
    var publicURL: String?
    /// Profile of credentials that live long enough to sign links for 7 days.
    var linkProfile: String?

    enum LogFormat: String, CaseIterable { case text, json }

    init() {}

    init(_ variables: Variables) throws {
        if let address = variables["CATALOG_HTTP_ADDRESS"] { (httpHost, httpPort) = try Self.address(address) }
        logFormat = try variables.choice("CATALOG_LOG_FORMAT", Self.byName(LogFormat.self)) ?? logFormat
        logLevel = try variables.choice("CATALOG_LOG_LEVEL", Self.byName(Logger.Level.self)) ?? logLevel
        if let queues = variables["CATALOG_CONCURRENCY"] { concurrency = try Self.concurrency(queues) }
        listens = try variables.choice("CATALOG_LISTEN", ["on": true, "off": false]) ?? listens
        lease = try variables.seconds("CATALOG_LEASE_SECONDS") ?? lease
        gracePeriod = try variables.seconds("CATALOG_GRACE_SECONDS") ?? gracePeriod
        timeLimits = try variables.timeLimits("CATALOG_STALL_SECONDS", queues: concurrency.keys)
        pollInterval = try variables.seconds("CATALOG_POLL_SECONDS") ?? pollInterval
        eventsToken = variables["CATALOG_EVENTS_TOKEN"]
        eventsTopic = variables["CATALOG_EVENTS_TOPIC"]
        linkProfile = variables["CATALOG_LINK_PROFILE"]
        publicURL = try variables["CATALOG_PUBLIC_URL"].map(Self.publicURL)
        httpConnections = try variables.positive("CATALOG_HTTP_CONNECTIONS", atMost: 500) ?? httpConnections
        requestsPerSecond = try variables.positive("CATALOG_HTTP_RATE", atMost: 1_000_000) ?? requestsPerSecond
        httpIdle = try variables.seconds("CATALOG_HTTP_IDLE_SECONDS") ?? httpIdle
        tokens = try Self.tokens(variables)
    }

    private static func byName<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> [String: Choice]
    {
        Dictionary(uniqueKeysWithValues: Choice.allCases.map { ($0.rawValue, $0) })
    }

    private static func publicURL(_ value: String) throws -> String {
        guard value.hasPrefix("http://") || value.hasPrefix("https://") else {
            throw SettingsError("CATALOG_PUBLIC_URL", value, "expected a URL, for example https://catalog.example.com")
        }
        return value.hasSuffix("/") ? String(value.dropLast()) : value
    }

    private static func tokens(_ variables: Variables) throws -> JWTSettings? {
        guard let issuer = variables["CATALOG_OIDC_ISSUER"] else { return nil }
        guard
            issuer.hasPrefix("https://") || issuer.hasPrefix("http://127.0.0.1") || issuer.hasPrefix("http://localhost")
        else {
            throw SettingsError("CATALOG_OIDC_ISSUER", issuer, "expected an https URL, as in the tokens' iss claim")
        }
        guard let audience = variables["CATALOG_OIDC_AUDIENCE"] else {
            throw SettingsError(
                "CATALOG_OIDC_AUDIENCE", "", "set it to the tokens' aud claim, or unset CATALOG_OIDC_ISSUER")
        }
        var settings = JWTSettings(issuer: issuer, audience: audience)
        if let claim = variables["CATALOG_OIDC_VENDOR_CLAIM"] { settings.vendorClaim = claim }
        if let claim = variables["CATALOG_OIDC_ROLE_CLAIM"] { settings.roleClaim = claim }
        return settings
    }

    private static func address(_ value: String) throws -> (String, Int) {
        guard let colon = value.lastIndex(of: ":"), let port = Int(value[value.index(after: colon)...]),
            (0...65535).contains(port), colon != value.startIndex
        else { throw SettingsError("CATALOG_HTTP_ADDRESS", value, "expected HOST:PORT, for example 0.0.0.0:8080") }
        return (value[..<colon].trimmingCharacters(in: ["[", "]"]), port)
    }

    private static func concurrency(_ value: String) throws -> [String: Int] {
        let known = ServiceSettings().concurrency
        return try value.split(separator: ",").reduce(into: known) { queues, pair in
            let parts = pair.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, known[parts[0]] != nil, let slots = Int(parts[1]), (1...1000).contains(slots) else {
                throw SettingsError(
                    "CATALOG_CONCURRENCY", value, "expected for example onboard=2,report=4,notify=8,relay=4")
            }
            queues[parts[0]] = slots
        }
    }
}

/// Variables of the environment; an empty one counts as missing.
struct Variables {
    private let values: [String: String]

    init(_ environment: [String: String]) {
        values = environment.filter { !$0.value.isEmpty }
    }

    subscript(name: String) -> String? { values[name] }

    func positive(_ name: String, atMost limit: Int = .max) throws -> Int? {
        guard let value = values[name] else { return nil }
        guard let number = Int(value), number > 0, number <= limit else {
            throw SettingsError(name, value, "expected a whole number greater than 0")
        }
        return number
    }

    func seconds(_ name: String) throws -> Duration? { try positive(name, atMost: 86_400).map { .seconds($0) } }

    func choice<Choice>(_ name: String, _ choices: [String: Choice]) throws -> Choice? {
        guard let value = values[name] else { return nil }
        guard let choice = choices[value.lowercased()] else {
            throw SettingsError(name, value, "expected \(choices.keys.sorted().joined(separator: " or "))")
        }
        return choice
    }
}

/// A value of the environment that cannot be used.
struct SettingsError: Error, CustomStringConvertible {
    var name: String
    var value: String
    var remedy: String

    init(_ name: String, _ value: String, _ remedy: String) {
        self.name = name
        self.value = value
        self.remedy = remedy
    }

    var description: String { "\(name) is '\(value)': \(remedy)" }
}
