import AWS
import Foundation
import Postgres

/// How to reach the configured or the embedded database.
struct Database: Sendable {
    private let settings: Settings
    private let cloud: Cloud
    /// For pools: a refused password is looked up again.
    let connector: Connector

    init(settings: Settings, cloud: Cloud) {
        self.settings = settings
        self.cloud = cloud
        connector = Self.connector(settings, cloud)
    }

    /// One for all pools of the process, so that they tell listeners together what they have committed.
    private static func connector(_ settings: Settings, _ cloud: Cloud) -> Connector {
        var connector = Connector(
            candidates: { try await candidates(settings, cloud) }, renew: renewal(settings, cloud))
        connector.announcer = Announcer(connector)
        return connector
    }

    /// Nil where nothing is remembered that could be out of date.
    private static func renewal(_ settings: Settings, _ cloud: Cloud) -> (@Sendable () async -> Void)? {
        guard case .secret(let id, _) = settings.database else { return nil }
        // Without access to secrets no candidate was found either, and that error was told.
        return { await (try? cloud.databaseSecrets())?.renew(id) }
    }

    /// For pools that only read, from another server with the same users.
    func connector(reading url: String) -> Connector {
        let candidates: @Sendable () async throws -> [String] = { [settings, cloud] in
            switch settings.database {
            case .embedded, .url: [url]
            case .secret(let id, _):
                [try await DatabaseSecret(cloud.databaseSecrets().secret(id).text, id).login(in: url)]
            case .iam: try await Self.withTokens(url, cloud)
            }
        }
        return Connector(candidates: candidates, renew: Self.renewal(settings, cloud))
    }

    var embedded: EmbeddedPostgres { EmbeddedPostgres(base: settings.base.path) }

    /// For who connects by itself, such as psql.
    func conninfo() async throws -> String {
        let candidates = try await candidates()
        guard candidates.count > 1 else { return candidates[0] }
        return try await connector.firstThatWorks {
            try await Connection.open($0).close()
            return $0
        }
    }

    /// For each new connection: passwords and tokens change. More than one only where each host needs a text of its own.
    func candidates() async throws -> [String] { try await Self.candidates(settings, cloud) }

    private static func candidates(_ settings: Settings, _ cloud: Cloud) async throws -> [String] {
        switch settings.database {
        case .embedded: [try await EmbeddedPostgres(base: settings.base.path).start()]
        case .url(let url): [url]
        case .secret(let id, let url):
            [try await DatabaseSecret(cloud.databaseSecrets().secret(id).text, id).conninfo(url)]
        case .iam(let url): try await withTokens(url, cloud)
        }
    }

    func open() async throws -> Connection {
        do {
            return try await connector.open()
        } catch let error as PostgresError where !settings.isEmbedded {
            throw CommandFailure(
                "cannot connect to the database of \(settings.database.variable) (value withheld): \(error); "
                    + "check host, port, user, password and network")
        }
    }

    /// A token is good for one host, so that each has a text of its own.
    private static func withTokens(_ url: String, _ cloud: Cloud) async throws -> [String] {
        var texts: [String] = []
        for host in try ConnectionInfo.eachHost(of: url) { texts.append(try await withToken(host, cloud)) }
        return texts
    }

    /// IAM authentication wants TLS ("Connecting to your DB instance using IAM authentication", Amazon RDS User Guide).
    private static func withToken(_ url: String, _ cloud: Cloud) async throws -> String {
        let parts = try ConnectionInfo.environment(of: url)
        guard let host = parts["PGHOST"], let user = parts["PGUSER"] else {
            throw SettingsError("CATALOG_DATABASE_AUTH", "iam", "CATALOG_DATABASE_URL must name host and user")
        }
        let configuration = try cloud.configuration()
        let token = RDSAuthToken.make(
            host: host, port: parts["PGPORT"].flatMap { Int($0) } ?? 5432, user: user, region: configuration.region,
            credentials: try await configuration.credentials.credentials(), date: Date())
        return try ConnectionInfo.setting(["password": token], defaults: ["sslmode": "require"], in: url)
    }
}

/// The secret of a database as RDS writes it.
///
/// Source: "JSON structure of AWS Secrets Manager secrets", AWS Secrets Manager User Guide. A password that RDS manages comes
/// without the host.
struct DatabaseSecret {
    private let values: [String: String]
    private let id: String

    /// - Throws: `SettingsError` without any part of the secret.
    init(_ text: String, _ id: String) throws {
        self.id = id
        // Foundation's own error would quote the secret.
        guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw SettingsError(
                "CATALOG_DATABASE_SECRET", id, "the secret is not a JSON object with username and password")
        }
        values = object.compactMapValues { ($0 as? String) ?? ($0 as? NSNumber)?.stringValue }
    }

    /// User and password alone: for another server than the secret names.
    func login(in url: String) throws -> String {
        guard let user = values["username"], let password = values["password"] else {
            throw SettingsError("CATALOG_DATABASE_SECRET", id, "the secret lacks username or password")
        }
        return try ConnectionInfo.setting(["user": user, "password": password], in: url)
    }

    /// - Parameter url: gives what the secret does not.
    func conninfo(_ url: String?) throws -> String {
        let names = ["username": "user", "password": "password", "host": "host", "port": "port", "dbname": "dbname"]
        let parameters = Dictionary(
            uniqueKeysWithValues: names.compactMap { key, name in values[key].map { (name, $0) } })
        guard parameters["user"] != nil, parameters["password"] != nil else {
            throw SettingsError("CATALOG_DATABASE_SECRET", id, "the secret lacks username or password")
        }
        guard url != nil || parameters["host"] != nil else {
            throw SettingsError(
                "CATALOG_DATABASE_SECRET", id, "the secret has no host: set CATALOG_DATABASE_URL, with host and dbname")
        }
        return try ConnectionInfo.setting(parameters, in: url ?? "dbname=postgres")
    }
}
