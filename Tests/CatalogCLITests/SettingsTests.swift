import Curl
import Foundation
import Postgres
import Testing

@testable import CatalogCLI

@Suite struct SettingsTests {
    private static func make(_ environment: [String: String]) throws -> Settings {
        try Settings(environment: environment, directory: "/work")
    }

    @Test("Without variables everything lives below the working directory")
    func defaults() throws {
        let settings = try Self.make(["CATALOG_STORE": "", "CATALOG_NOTIFY": ""])
        #expect(settings.isEmbedded)
        guard case .folder(let objects) = settings.store, case .folder(let mail) = settings.notify else {
            return #expect(Bool(false), "\(settings.store) \(settings.notify)")
        }
        #expect(objects.path == "/work/.catalog/objects")
        #expect(mail.path == "/work/.catalog/mail")
        #expect(settings.service.httpHost == "127.0.0.1" && settings.service.httpPort == 8080)
    }

    @Test("Stores, ways of notification and addresses are read as documented")
    func values() throws {
        let settings = try Self.make([
            "CATALOG_STORE": "s3://reports", "CATALOG_NOTIFY": "smtp://user:p%40ss@mail:587",
            "CATALOG_HTTP_ADDRESS": "[::1]:9000", "CATALOG_CONCURRENCY": "onboard=5, notify=1", "CATALOG_LISTEN": "off",
            "CATALOG_PUBLIC_URL": "https://catalog.example.com/", "CATALOG_LOG_LEVEL": "debug",
        ])
        guard case .bucket("reports") = settings.store, case .mail(let server) = settings.notify else {
            return #expect(Bool(false), "\(settings.store)")
        }
        #expect(server.password == "p@ss" && server.port == 587)
        #expect(settings.service.httpHost == "::1" && settings.service.httpPort == 9000)
        #expect(
            settings.service.concurrency == ["onboard": 5, "report": 4, "notify": 1, "enrich": 8, "relay": 4])
        #expect(!settings.service.listens)
        #expect(settings.service.publicURL == "https://catalog.example.com")
        for value in ["sns:arn:aws:sns:eu-west-1:1:t", "arn:aws:sns:eu-west-1:1:t"] {
            guard case .topic("arn:aws:sns:eu-west-1:1:t") = try Self.make(["CATALOG_NOTIFY": value]).notify else {
                return #expect(Bool(false), "\(value)")
            }
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
            ("CATALOG_RELAY_WINDOW_SECONDS", "5"), ("CATALOG_RELAY_ARCHIVE_BYTES", "1000"),
            ("CATALOG_RELAY_RETENTION_DAYS", "3"), ("CATALOG_RELAY_AGE_SECONDS", "soon"),
            ("CATALOG_RELAY_READ_BACK", "perhaps"), ("CATALOG_RELAY_ACCESS_KEY_ID", "id"),
        ])
    func refusals(name: String, value: String) {
        let error = #expect(throws: SettingsError.self) { try Self.make([name: value]) }
        #expect(error?.description.hasPrefix("\(name) is '\(value)': ") == true)
    }

    @Test("How long jobs may hang is set for all queues, for some, or for both")
    func timeLimits() throws {
        let limits = try Self.make(["CATALOG_STALL_SECONDS": "600, onboard=1800"]).service.timeLimits
        #expect(limits.standard == .seconds(600))
        #expect(limits.byQueue == ["onboard": .seconds(1800)])
        #expect(try Self.make([:]).service.timeLimits.standard == .seconds(900))
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
