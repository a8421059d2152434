import Foundation
import Postgres
import TestSupport
import Testing

/// A bucket of a real store, a real mail server, an outside client, and the service as its guide starts it.
@Suite(.timeLimit(.minutes(5))) struct BucketTests {
    struct Bucket {
        let service: ServiceEnvironment
        let endpoint: String
        let address: String
        let inbox: String

        /// - Returns: the event that a store would send.
        @discardableResult
        func put(_ key: String, _ text: String) async throws -> String {
            let file = try service.catalog.folder.write(text, to: UUID().uuidString)
            return try await client("put", inbox, key, file)
        }

        func client(_ words: String...) async throws -> String {
            let outcome = try await Subprocess.run(
                Project.file(".venv/bin/python"),
                [Project.file("Tests/Clients/s3.py"), endpoint, S3Server.accessKey, S3Server.secretKey] + words)
            guard outcome.status == 0 else { throw UnexpectedFailure(arguments: words, outcome: outcome) }
            return outcome.output
        }

        /// - Returns: status of the answer.
        func post(_ event: String, token: String? = "t0ken") async throws -> String {
            let header = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
            return try await curl(
                ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json"] + header
                    + ["--data-binary", event, "http://\(address)/events/s3"])
        }

        func curl(_ arguments: [String]) async throws -> String {
            try await Subprocess.run("/usr/bin/env", ["curl"] + arguments).output
        }

        /// Asks until the service answers.
        func waitUntilReady() async throws {
            let url = "http://\(address)/readyz"
            try await eventually(within: .seconds(60)) {
                try await curl(["-s", "-o", "/dev/null", "-w", "%{http_code}", url]) == "200"
            }
        }
    }

    /// - Parameter roles: of `catalog serve`.
    private static func with<Result>(
        roles: String, mail: MailServer, _ variables: [String: String] = [:], _ body: (Bucket) async throws -> Result
    ) async throws -> Result {
        let endpoint = try await S3Server.url()
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        // The store is shared by the tests of the process.
        let number = UUID().uuidString.lowercased().prefix(8)
        let settings = [
            "CATALOG_STORE": "s3://reports-\(number)", "CATALOG_HTTP_ADDRESS": address, "CATALOG_EVENTS_TOKEN": "t0ken",
            "CATALOG_NOTIFY": "smtp://127.0.0.1:\(mail.port)", "AWS_ENDPOINT_URL_S3": endpoint,
            "AWS_ACCESS_KEY_ID": S3Server.accessKey, "AWS_SECRET_ACCESS_KEY": S3Server.secretKey,
            "AWS_REGION": S3Server.region,
        ]
        return try await ServiceEnvironment.with(settings.merging(variables) { $1 }) { service in
            let bucket = Bucket(service: service, endpoint: endpoint, address: address, inbox: "inbox-\(number)")
            _ = try await bucket.client("make", bucket.inbox, "reports-\(number)")
            try await service.catalog.succeed("route", "add", "s3://\(bucket.inbox)/uploads/", "onboard")
            return try await service.running("serve", "--roles", roles) {
                try await bucket.waitUntilReady()
                return try await body(bucket)
            }
        }
    }

    @Test("A CSV put into a bucket becomes rows, an error CSV behind a link that works, and one mail")
    func poller() async throws {
        try await MailServer.with { mail in
            try await Self.with(roles: "api,worker,poller", mail: mail) { bucket in
                try await bucket.put(
                    "uploads/V001/my products+ü.csv", ServiceEnvironment.file(good: 40, bad: 2, prefix: "P"))
                try await bucket.service.waitForAll(1)
                #expect(try await bucket.service.inconsistencies() == [])
                #expect(try await bucket.service.value("select count(*) from catalog.products") == "40")
                #expect(
                    try await bucket.service.value("select file_name from catalog.upload_history")
                        == "my products+ü.csv")

                let messages = try mail.messages()
                #expect(messages.count == 1)
                let body = try await Self.read(messages[0])
                #expect(body.contains("Valid Products: 40 (95.2%)"))
                let link = try #require(body.firstMatch(of: /Download Error Report: (\S+)/)?.output.1)
                let report = try await bucket.curl(["-sf", String(link)])
                #expect(report.hasPrefix("Row Number,Vendor Product ID,SKU,"))
                #expect(report.split(separator: "\r\n").count == 3)
                let tampered = try await bucket.curl(
                    [
                        "-s", "-o", "/dev/null", "-w", "%{http_code}",
                        String(link).replacing("_errors.csv", with: "_rejected.csv"),
                    ])
                #expect(tampered == "403")
            }
        }
    }

    @Test("The same event five times at once, out of order and after the end does everything once")
    func repeatedEvents() async throws {
        try await MailServer.with { mail in
            try await Self.with(roles: "api,worker", mail: mail) { bucket in
                let first = try await bucket.put(
                    "uploads/V001/f.csv", ServiceEnvironment.file(good: 30, bad: 1, prefix: "A"))
                let second = try await bucket.put(
                    "uploads/V001/f.csv", ServiceEnvironment.file(good: 20, bad: 1, prefix: "B"))
                let codes = try await withThrowingTaskGroup(of: String.self) { group in
                    for event in [second, second, first, second, second, second, first] {
                        group.addTask { try await bucket.post(event) }
                    }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(codes == ["200"])
                try await bucket.service.waitForAll(2)
                #expect(try await bucket.post(first) == "200")
                #expect(try await bucket.post(second) == "200")
                let waiting = try await bucket.service.value(
                    "select count(*) from jobs.jobs where kind in ('onboard', 'report', 'notify')")
                #expect(waiting == "0")
                // The first version was replaced before its event came: it is told so, and the second is loaded.
                #expect(try await bucket.service.value("select count(*) from catalog.products") == "20")
                let ends = try await bucket.service.value(
                    "select string_agg(status || coalesce(' ' || failure_type, ''), ', ' order by status) from catalog.upload_history"
                )
                #expect(ends == "failed UNREADABLE_FILE, partial")
                let messages = try mail.messages()
                #expect(messages.count == 2)
            }
        }
    }

    @Test("Wrong events are refused by status, and the service says how it is")
    func refusals() async throws {
        try await MailServer.with { mail in
            try await Self.with(roles: "api", mail: mail) { bucket in
                let codes = [
                    try await bucket.post("{}", token: nil), try await bucket.post("{}", token: "wrong"),
                    try await bucket.post("no JSON"), try await bucket.post(String(repeating: " ", count: 120_000)),
                ]
                #expect(codes == ["401", "401", "400", "400"])
                let health = try await bucket.curl(["-s", "http://\(bucket.address)/healthz"])
                #expect(health == "ok\n")
            }
        }
    }

    /// The text of a mail, by an independent reader.
    private static func read(_ message: String) async throws -> String {
        let folder = try TemporaryFolder()
        let script = """
            import email, email.policy, sys
            message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
            print(message.get_content())
            """
        let path = try folder.write(message, to: "mail")
        return try await Subprocess.run("/usr/bin/env", ["python3", "-c", script, path]).output
    }
}
