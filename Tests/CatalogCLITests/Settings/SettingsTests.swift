import API
import Curl
import Foundation
import Jobs
import Postgres
import Testing

@testable import CatalogCLI

@Suite struct SettingsTests {
    private static func make(_ environment: [String: String]) throws -> Settings {
        try Settings(environment: environment, directory: "/work")
    }

    @Test("Without variables everything lives below the working directory")
    func defaults() throws {
        let settings = try Self.make(["AWS_PROFILE": ""])
        #expect(settings.isEmbedded)
        let objects = try #require(settings.store as? FolderStoreSetting)
        let mail = try #require(settings.notifier as? FolderNotifierSetting).root
        #expect(objects.root.path == "/work/.catalog/objects")
        #expect(mail.path == "/work/.catalog/mail")
        #expect(settings.service.http.address == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(settings.service.http.maximumFileBytes == 104_857_600)
    }

    @Test("Stores, ways of notification and addresses are read as documented")
    func values() throws {
        let settings = try Self.make([
            "CATALOG_STORE": "s3://reports", "CATALOG_NOTIFY": "smtp://user:p%40ss@mail:587",
            "CATALOG_HTTP_ADDRESS": "[::1]:9000", "CATALOG_METRICS_ADDRESS": "10.0.0.7:9090",
            "CATALOG_CONCURRENCY": "onboard=5, notify=1", "CATALOG_LISTEN": "off",
            "CATALOG_PUBLIC_URL": "https://catalog.example.com/", "CATALOG_LOG_LEVEL": "debug",
        ])
        #expect((settings.store as? BucketStoreSetting)?.bucket == "reports")
        let server = try #require(settings.notifier as? MailServerNotifierSetting).server
        #expect(server.password == "p@ss" && server.port == 587)
        #expect(settings.service.http.address == ListenAddress(host: "::1", port: 9000))
        #expect(settings.service.http.operatorsAddress?.description == "10.0.0.7:9090")
        #expect(
            settings.service.worker.concurrency
                == ["onboard": 5, "report": 4, "notify": 1, "enrich": 8, "relay": 4, "relay-upkeep": 2, "upkeep": 2])
        #expect(!settings.service.listens)
        #expect(settings.service.publicURL == "https://catalog.example.com")
        for value in ["sns:arn:aws:sns:eu-west-1:123456789012:t", "arn:aws:sns:eu-west-1:123456789012:t"] {
            #expect(
                try Self.make(["CATALOG_NOTIFY": value]).notifier.topic == "arn:aws:sns:eu-west-1:123456789012:t")
        }
    }

    @Test(
        "A wrong value stops the start with a line that names variable and remedy",
        arguments: [
            ("CATALOG_STORE", "s3://bucket/prefix"), ("CATALOG_STORE", "ftp://x"), ("CATALOG_NOTIFY", "mailto:x@y"),
            ("CATALOG_HTTP_ADDRESS", "8080"), ("CATALOG_HTTP_ADDRESS", "host:99999"), ("CATALOG_LOG_FORMAT", "xml"),
            ("CATALOG_LOG_LEVEL", "loud"), ("CATALOG_CONCURRENCY", "onboard=0"), ("CATALOG_CONCURRENCY", "unknown=1"),
            ("CATALOG_LISTEN", "maybe"), ("CATALOG_LEASE_SECONDS", "0"), ("CATALOG_GRACE_SECONDS", "soon"),
            ("CATALOG_STALL_SECONDS", "900,unknown=5"), ("CATALOG_STALL_SECONDS", "onboard=0"),
            ("CATALOG_DATABASE_AUTH", "iam"), ("CATALOG_PUBLIC_URL", "catalog.example.com"),
            ("CATALOG_MAX_FILE_BYTES", "9223372036854775807"), ("CATALOG_RELAY_WINDOW_SECONDS", "5"),
            ("CATALOG_RELAY_ARCHIVE_BYTES", "1000"),
            ("CATALOG_RELAY_RETENTION_DAYS", "3"), ("CATALOG_RELAY_AGE_SECONDS", "soon"),
            ("CATALOG_RELAY_READ_BACK", "perhaps"), ("CATALOG_RELAY_ACCESS_KEY_ID", "id"),
            ("CATALOG_NOTIFY", "sns:"), ("CATALOG_EVENTS_TOPIC", "vendor-files"),
            ("CATALOG_EVENTS_TOPIC", "arn:aws:s3:::vendor-files"), ("CATALOG_METRICS_ADDRESS", "9090"),
            ("CATALOG_RETENTION_ERRORS_DAYS", "89"), ("CATALOG_RETENTION_UPLOAD_EVENTS_DAYS", "89"),
            ("CATALOG_RETENTION_ARRIVALS_DAYS", "relay=29"), ("CATALOG_RETENTION_ARRIVALS_DAYS", "unknown=90"),
            ("CATALOG_HTTP_PROXIES", "10.0.0.0/33"), ("CATALOG_HTTP_PROXIES", "10.0.0.1;10.0.0.2"),
        ])
    func refusals(name: String, value: String) {
        let error = #expect(throws: SettingsError.self) { try Self.make([name: value]) }
        #expect(error?.description.hasPrefix("\(name) is '\(value)': ") == true)
    }

    @Test("A client of an issuer needs the issuer, a place to come back to, and openid among what it asks for")
    func issuerClient() throws {
        var variables = ["CATALOG_OIDC_CLIENT_ID": "portal"]
        for (name, value) in [
            ("CATALOG_OIDC_ISSUER", "https://login.example"), ("CATALOG_OIDC_AUDIENCE", "catalog"),
            ("CATALOG_PUBLIC_URL", "https://catalog.example"),
        ] {
            let error = #expect(throws: SettingsError.self) { try Self.make(variables) }
            #expect(error?.description.contains(name) == true)
            variables[name] = value
        }
        let client = try Self.make(variables).service.http.client
        #expect(client?.clientID == "portal" && client?.secretID == nil && client?.scope == "openid")
        let error = #expect(throws: SettingsError.self) {
            try Self.make(variables.merging(["CATALOG_OIDC_SCOPE": "profile"]) { $1 })
        }
        #expect(error?.name == "CATALOG_OIDC_SCOPE")
    }

    @Test("Links to sign in with are mailed only where somebody chose how, to addresses, and they lead somewhere")
    func mailedLinks() throws {
        let (server, url) = (["CATALOG_NOTIFY": "smtp://mail:25"], ["CATALOG_PUBLIC_URL": "https://catalog.example"])
        let topic = ["CATALOG_NOTIFY": "sns:arn:aws:sns:eu-west-1:123456789012:t"]
        for (variables, isMailed) in [
            (server.merging(url) { $1 }, true), (server, false), (url, false), (topic.merging(url) { $1 }, false),
            ([:], false),
        ] {
            #expect(try Self.make(variables).service.http.mailsLinks == isMailed)
        }
    }

    @Test("How long jobs may hang is set for all queues, for some, or for both")
    func timeLimits() throws {
        let limits = try Self.make(["CATALOG_STALL_SECONDS": "600, onboard=1800"]).service.worker.timeLimits
        #expect(limits.standard == .seconds(600))
        #expect(limits.byQueue == ["onboard": .seconds(1800)])
        #expect(try Self.make([:]).service.worker.timeLimits.standard == .seconds(900))
    }

    @Test("The remedy names the whole range, not only its lower end")
    func range() {
        let error = #expect(throws: SettingsError.self) { try Self.make(["CATALOG_POLL_SECONDS": "86401"]) }
        #expect(error?.description == "CATALOG_POLL_SECONDS is '86401': expected a whole number from 1 to 86400")
        let topic = #expect(throws: SettingsError.self) { try Self.make(["CATALOG_NOTIFY": "sns:arn:x"]) }
        #expect(topic?.remedy.hasPrefix("expected a topic's ARN") == true)
    }

    @Test(
        "An empty variable stops the start: to take it for missing would open a door or put data elsewhere",
        arguments: [
            "CATALOG_EVENTS_TOKEN", "CATALOG_EVENTS_TOPIC", "CATALOG_DATABASE_URL", "CATALOG_DATABASE_SECRET",
            "CATALOG_STORE", "CATALOG_NOTIFY", "CATALOG_OIDC_ISSUER", "CATALOG_OIDC_AUDIENCE", "CATALOG_RELAY_TARGET",
        ])
    func empty(name: String) {
        let error = #expect(throws: SettingsError.self) { try Self.make([name: ""]) }
        #expect(error?.description == "\(name) is '': it is empty: give it a value, or unset it")
    }

    @Test("A blank token is refused, and not repeated")
    func blankToken() {
        let error = #expect(throws: SettingsError.self) { try Self.make(["CATALOG_EVENTS_TOKEN": " \t"]) }
        #expect(error?.name == "CATALOG_EVENTS_TOKEN" && error?.value == "…")
    }

    @Test("A password in a wrong address of a mail server is not repeated")
    func secrecy() {
        let error = #expect(throws: SettingsError.self) {
            try Self.make(["CATALOG_NOTIFY": "smtp://user:hunter2@mail:port"])
        }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(
        "A secret gives user, password and host; what it lacks comes from the URL, and nothing of it gets into an error"
    )
    func secrets() throws {
        let full = try DatabaseSecret(
            #"{"username": "app", "password": "it's \\ hard", "host": "db", "port": 5433, "dbname": "shop", "engine": "postgres"}"#,
            "id")
        let parts = try ConnectionInfo.environment(of: full.conninfo(nil))
        #expect(
            parts == [
                "PGUSER": "app", "PGPASSWORD": #"it's \ hard"#, "PGHOST": "db", "PGPORT": "5433", "PGDATABASE": "shop",
            ])
        let managed = try DatabaseSecret(#"{"username": "app", "password": "pw"}"#, "id")
        let merged = try ConnectionInfo.environment(
            of: managed.conninfo("postgresql://old:older@db/shop?sslmode=verify-full"))
        #expect(merged["PGUSER"] == "app" && merged["PGPASSWORD"] == "pw" && merged["PGSSLMODE"] == "verify-full")
        for text in ["hunter2", #"{"password": "hunter2"}"#] {
            let error = #expect(throws: SettingsError.self) { _ = try DatabaseSecret(text, "id").conninfo(nil) }
            #expect(error?.description.contains("hunter2") == false)
        }
        #expect(throws: SettingsError.self) { try managed.conninfo(nil) }
    }
}
