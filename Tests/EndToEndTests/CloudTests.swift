import Foundation
import Postgres
import TestSupport
import Testing

/// SNS and Secrets Manager as moto plays them, and stores and topics that go away.
@Suite(.timeLimit(.minutes(5))) struct CloudTests {
    private static let credentials = [
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
    ]

    private static func cloud(_ words: String...) async throws -> String {
        let outcome = try await Subprocess.run(
            Project.file(".venv/bin/python"),
            [Project.file("Tests/Clients/cloud.py"), try await MotoServer.url()] + words)
        guard outcome.status == 0 else { throw UnexpectedFailure(arguments: words, outcome: outcome) }
        return outcome.output.trimmingCharacters(in: .newlines)
    }

    private struct Message: Decodable {
        struct Attribute: Decodable { var Value: String }
        var Subject, Message: String
        var MessageAttributes: [String: Attribute]
    }

    @Test("One topic serves all vendors: each gets its own mails only, also after the topic was away")
    func topic() async throws {
        let number = UUID().uuidString.prefix(8)
        let topic = try await Self.cloud("topic", "uploads-\(number)")
        let queues = [
            try await Self.cloud("queue", "one-\(number)", topic, "V001"),
            try await Self.cloud("queue", "two-\(number)", topic, "V002"),
        ]
        let moto = ["AWS_ENDPOINT_URL_SNS": try await MotoServer.url(), "CATALOG_NOTIFY": "sns:\(topic)"]
        try await ServiceEnvironment.with(vendors: ["V001", "V002"], Self.credentials.merging(moto) { $1 }) { service in
            let name = String(repeating: "very-", count: 30) + "long-ü.csv"
            try service.drop(name, vendor: "V001", ServiceEnvironment.file(good: 3, bad: 1, prefix: "A"))
            try service.drop("two.csv", vendor: "V002", ServiceEnvironment.file(good: 2, bad: 0, prefix: "B"))
            let away = "http://127.0.0.1:\(try FreePorts.take(1)[0])"
            try await service.running("serve", "--roles", "worker,poller", setting: ["AWS_ENDPOINT_URL_SNS": away]) {
                try await service.wait(
                    for: "2", "select count(*) from jobs.jobs where kind = 'notify' and last_error is not null")
            }
            try await service.running("worker") { try await service.waitForAll(2) }
            #expect(try await service.inconsistencies() == [])

            let received: [[Message]] = [
                try decodeLines(try await Self.cloud("read", queues[0])),
                try decodeLines(try await Self.cloud("read", queues[1])),
            ]
            #expect(received.map(\.count) == [1, 1])
            let first = try #require(received[0].first)
            #expect(first.MessageAttributes["vendor_id"]?.Value == "V001")
            #expect(first.MessageAttributes["status"]?.Value == "partial")
            #expect(first.Subject.utf8.count < 100 && first.Subject.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
            #expect(
                first.Subject.hasPrefix("Product Upload Complete - very-") && first.Subject.hasSuffix("(75% Success)"))
            #expect(first.Message.contains("File Name: \(name)\n"))
            #expect(received[1].first?.Message.contains("Total Products: 2\n") == true)
        }
    }

    @Test("A mail is sent once although the connection breaks between the topic's answer and the record of it")
    func connectionLostAfterSending() async throws {
        let number = UUID().uuidString.prefix(8)
        let topic = try await Self.cloud("topic", "once-\(number)")
        let queue = try await Self.cloud("queue", "once-\(number)", topic, "V001")
        let moto = ["AWS_ENDPOINT_URL_SNS": try await MotoServer.url(), "CATALOG_NOTIFY": "sns:\(topic)"]
        try await ServiceEnvironment.with(Self.credentials.merging(moto) { $1 }) { service in
            let gate = try await Gate(service.catalog.conninfo)
            try await service.block("update on catalog.notifications", when: "new.state = 'sent'")
            try await service.running("serve", "--roles", "worker,poller") {
                try service.drop("f.csv", ServiceEnvironment.file(good: 2, bad: 0, prefix: "A"))
                // The topic has answered; what it said is on its way to the database.
                try await gate.isReached(service)
                try await service.pool.run {
                    _ = try $0.execute(
                        """
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where datname = current_database() and wait_event = 'advisory'
                        """)
                }
                try await gate.open()
                try await service.waitForAll(1)
            }
            #expect(try await service.inconsistencies() == [])
            #expect(try await service.value("select attempts from catalog.notifications") == "1")
            let received: [Message] = try decodeLines(try await Self.cloud("read", queue))
            #expect(received.count == 1)
        }
    }

    @Test("catalog vendor subscribe asks for a subscription that lets through the vendor's own mails")
    func subscribe() async throws {
        let topic = try await Self.cloud("topic", "subscribe-\(UUID().uuidString.prefix(8))")
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let setting = Self.credentials.merging(
                ["AWS_ENDPOINT_URL": try await MotoServer.url(), "CATALOG_NOTIFY": "sns:\(topic)"]) { $1 }
            let outcome = try await catalog.run(["vendor", "subscribe", "V001"], setting: setting)
            #expect(outcome.status == 0, "\(outcome.error)")
            let unknown = try await catalog.run(["vendor", "subscribe", "NOBODY"], setting: setting)
            #expect(unknown.status == 1)
            let elsewhere = try await catalog.run(["vendor", "subscribe", "V001"])
            #expect(elsewhere.error.contains("CATALOG_NOTIFY"))
            let subscriptions: [[String: String]] = try decodeLines(try await Self.cloud("subscriptions", topic))
            #expect(subscriptions == [["endpoint": "V001@example.com", "policy": #"{"vendor_id": ["V001"]}"#]])
        }
    }

    @Test("The database's password comes from a secret, and a rotated one is looked up when the old is refused")
    func rotatedSecret() async throws {
        let name = "database-\(UUID().uuidString.prefix(8))"
        let moto = ["AWS_ENDPOINT_URL_SECRETS_MANAGER": try await MotoServer.url()].merging(Self.credentials) { $1 }
        try await ServiceEnvironment.with(moto) { service in
            let role = "service_\(UUID().uuidString.prefix(8).lowercased())"
            let parts = try ConnectionInfo.environment(of: service.catalog.conninfo)
            func rotate(_ password: String) async throws {
                try await service.pool.run {
                    try $0.executeScript("alter role \(role) password '\(password.replacing("'", with: "''"))'")
                }
                let secret = [
                    "username": role, "password": password, "host": parts["PGHOST"]!, "dbname": parts["PGDATABASE"]!,
                ]
                let text = String(decoding: try JSONEncoder().encode(secret), as: UTF8.self)
                _ = try await Self.cloud("secret", name, text)
            }
            try await service.pool.run {
                try $0.executeScript("create role \(role) login; grant needs_password, catalog_app to \(role);")
            }
            try await rotate("first it's")
            let setting = ["CATALOG_DATABASE_URL": "", "CATALOG_DATABASE_SECRET": name]
            try await service.running("serve", "--roles", "worker,poller", setting: setting) {
                try service.drop("1.csv", ServiceEnvironment.file(good: 3, bad: 1, prefix: "A"))
                try await service.waitForAll(1)
                try await rotate("second")
                try await service.pool.run {
                    _ = try $0.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where usename = \(role)::text")
                }
                try service.drop("2.csv", ServiceEnvironment.file(good: 3, bad: 1, prefix: "B"))
                try await service.waitForAll(2)
            }
            let user = try await service.value("select count(*) from catalog.upload_history where status = 'partial'")
            #expect(user == "2")
            try await service.pool.run { try $0.executeScript("drop owned by \(role); drop role \(role);") }
        }
    }

    @Test("A link that temporary credentials could not keep alive for 7 days leads through the service")
    func linkThroughService() async throws {
        let number = UUID().uuidString.lowercased().prefix(8)
        let moto = try await MotoServer.url()
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        let settings = [
            "CATALOG_STORE": "s3://reports-\(number)", "AWS_SESSION_TOKEN": "temporary", "AWS_ENDPOINT_URL_S3": moto,
            "CATALOG_PUBLIC_URL": "http://\(address)/", "CATALOG_HTTP_ADDRESS": address,
        ].merging(Self.credentials) { $1 }
        try await ServiceEnvironment.with(settings) { service in
            let bucket = BucketTests.Bucket(
                service: service, endpoint: moto, address: address, inbox: "inbox-\(number)")
            _ = try await bucket.client("make", bucket.inbox, "reports-\(number)")
            try await service.catalog.succeed("route", "add", "s3://\(bucket.inbox)/uploads/", "onboard")
            try await service.running("serve") {
                try await bucket.waitUntilReady()
                try await bucket.put("uploads/V001/f.csv", ServiceEnvironment.file(good: 4, bad: 2, prefix: "P"))
                try await service.waitForAll(1)
                let folder = service.catalog.folder.file("mail")
                let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
                let mail = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                let link = try #require(mail.firstMatch(of: /Download Error Report: (\S+)/)?.output.1)
                #expect(link.hasPrefix("http://\(address)/reports/"))
                let report = try await bucket.curl(["-sfL", String(link)])
                #expect(report.split(separator: "\r\n").count == 3)
                let wrong = try await bucket.curl([
                    "-s", "-o", "/dev/null", "-w", "%{http_code}", String(link.dropLast()) + "x",
                ])
                #expect(wrong == "404")
            }
        }
    }

    @Test("A store that refuses, and cuts transfers in the middle, costs time only")
    func storeFaults() async throws {
        let number = UUID().uuidString.lowercased().prefix(8)
        let real = try await S3Server.url()
        let settings = [
            "CATALOG_STORE": "s3://reports-\(number)", "AWS_ACCESS_KEY_ID": S3Server.accessKey,
            "AWS_SECRET_ACCESS_KEY": S3Server.secretKey, "AWS_REGION": S3Server.region,
        ]
        try await ServiceEnvironment.with(settings) { service in
            let bucket = BucketTests.Bucket(service: service, endpoint: real, address: "", inbox: "inbox-\(number)")
            _ = try await bucket.client("make", bucket.inbox, "reports-\(number)")
            try await service.catalog.succeed("route", "add", "s3://\(bucket.inbox)/uploads/", "onboard", "--existing")
            try await bucket.put("uploads/V001/f.csv", ServiceEnvironment.file(good: 5000, bad: 20, prefix: "P"))
            try await service.running("serve", "--roles", "poller", setting: ["AWS_ENDPOINT_URL_S3": real]) {
                try await service.wait(for: "1", "select count(*) from catalog.upload_history")
            }
            let away = "http://127.0.0.1:\(try FreePorts.take(1)[0])"
            try await service.running("worker", setting: ["AWS_ENDPOINT_URL_S3": away]) {
                try await service.wait(
                    for: "1", "select count(*) from jobs.jobs where kind = 'onboard' and last_error is not null")
            }
            try await CutProxy.with(to: real, resettingAfter: 40_000, first: 6) { proxy in
                try await service.running("worker", setting: ["AWS_ENDPOINT_URL_S3": proxy]) {
                    try await service.waitForAll(1)
                }
            }
            #expect(try await service.inconsistencies() == [])
            #expect(try await service.value("select count(*) from catalog.products") == "5000")
        }
    }

    @Test("While the mail server is away the mail waits, and comes once")
    func mailServerAway() async throws {
        try await MailServer.with { mail in
            let away = "smtp://127.0.0.1:\(try FreePorts.take(1)[0])"
            try await ServiceEnvironment.with(["CATALOG_NOTIFY": away]) { service in
                try service.drop("f.csv", ServiceEnvironment.file(good: 3, bad: 0, prefix: "P"))
                try await service.running("serve", "--roles", "worker,poller") {
                    try await service.wait(
                        for: "1", "select count(*) from jobs.jobs where kind = 'notify' and last_error is not null")
                }
                let none = try mail.messages()
                #expect(none.isEmpty)
                try await service.running("worker", setting: ["CATALOG_NOTIFY": "smtp://127.0.0.1:\(mail.port)"]) {
                    try await service.waitForAll(1)
                }
            }
            let messages = try mail.messages()
            #expect(messages.count == 1)
        }
    }
}
