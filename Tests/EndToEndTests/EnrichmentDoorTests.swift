import Foundation
import Postgres
import TestSupport
import Testing

/// Every door of the enrichment, with a provider as the guide configures it behind.
@Suite(.timeLimit(.minutes(5))) struct EnrichmentDoorTests {
    enum Door: String, CaseIterable, Sendable {
        case command, folder, bucket, process, enrichment
    }

    /// Known and unknown persons, with and without an address, one of them twice, and one of whom there is only the company.
    private static func list(_ count: Int) -> String {
        let rows = (0..<count).map { number in
            switch number % 10 {
            case 3: "\(number),F\(number),L\(number),\"Müller, \(number) & Co\",,,\"a \"\"note\"\"\nof two lines\""
            case 5: "\(number),,,Company \(number),nobody\(number)@example.com,,"
            case 7: "\(number),F,L,Same Inc,same@example.com,https://same.example,"
            case 9: "\(number),,,Alone \(number),,,"
            default: "\(number),F\(number),L\(number),Company \(number),p\(number)@example.com,,x"
            }
        }
        return "id,first_name,last_name,company,email,website,note\n" + rows.joined(separator: "\n") + "\n"
    }

    /// What is wrong with an output, by a program that asks the server's own records.
    private static func complaints(_ output: String, of input: String) async throws -> String {
        let outcome = try await Subprocess.run(
            "/usr/bin/env", ["python3", Project.file("Tests/Clients/zoominfo.py"), input, output])
        return outcome.output + outcome.error
    }

    @Test(
        "Tokens that end, refusals and limits: each door gives what the provider says of each contact, in order, once",
        arguments: zip(Door.allCases, ["zoominfo", "zoominfo-gtm", "zoominfo", "zoominfo-gtm", "zoominfo"]))
    func doors(_ door: Door, _ kind: String) async throws {
        // The seventh call is not let in, and each fifth is told to wait, while the rate is far below the server's.
        let options = ["per_second=40", "token_calls=6", "refuse_each=5", "retry_after=1", "order=reversed"]
        try await ZoomInfoServer.with(options) { server in
            try await Self.with(door) { place in
                let input = try place.catalog.folder.write(Self.list(130), to: "people.csv")
                try await Self.addProvider(kind, of: server, to: place.catalog)
                let output = try await place.pass(input, through: door)
                let complaints = try await Self.complaints(output, of: input)
                #expect(complaints.isEmpty)
                try await Self.checkLog(server, place.catalog)
            }
        }
    }

    private static func addProvider(_ kind: String, of server: ZoomInfoServer, to catalog: CatalogBinary) async throws {
        let known = kind == "zoominfo" ? ZoomInfoServer.passwordSecret : ZoomInfoServer.clientSecret
        let secret = try catalog.folder.write(known, to: "secret")
        try await catalog.succeed(
            "provider", "add", "zi", "--kind", kind, "--secret", "file:\(secret)", "--per-second", "15",
            // One after the other, so that no call is on its way when another is refused.
            "--concurrency", "1", "--settings",
            server.settings(of: kind))
    }

    /// The server counted what the database noted, searches aside, which cost nothing; nobody was asked twice, or while the server wanted silence.
    private static func checkLog(_ server: ZoomInfoServer, _ catalog: CatalogBinary) async throws {
        let log = try await server.log()
        #expect(log["logins"] ?? 0 > 1 && log["unauthorized"] ?? 0 > 0 && log["refused by number"] ?? 0 > 1)
        #expect(log["refused"] == nil && log["calls while silent"] == nil && log["most answered"] == 1)
        let noted = try await catalog.rows(
            "select state || ' ' || count(*) from enrichment.calls group by state order by state")
        let expected = [["answered \(log["enrich calls"] ?? 0)"], ["refused \(log["refused by number"] ?? 0)"]]
        #expect(noted == expected)
    }

    // MARK: Places

    /// Where a list is put in: this machine, or a service.
    private struct Place: Sendable {
        let catalog: CatalogBinary
        var api: APIEnvironment?
        /// Puts a file into the bucket that the route leads from, as raw/people.csv.
        var put: (@Sendable (_ file: String) async throws -> Void)?

        /// - Returns: path of the result.
        func pass(_ input: String, through door: Door) async throws -> String {
            let output = catalog.folder.file("out.csv")
            switch door {
            case .command:
                try await catalog.succeed(
                    "enrich", input, "--provider", "zi", "--fields", "contact,company", "--output", output)
            case .folder, .bucket:
                if let put { try await put(input) }
                try await fetch(try await arrived(), to: output)
            case .process, .enrichment: try await fetch(try await post(input, to: door), to: output)
            }
            return output
        }

        /// - Returns: path of the request that began with an object.
        private func arrived() async throws -> String {
            let api = try #require(api)
            try await api.service.wait(for: "1", "select count(*) from enrichment.requests")
            let requestID = try #require(
                try await api.service.value("select request_id::text from enrichment.requests"))
            return "/enrichment/\(requestID)"
        }

        private func post(_ input: String, to door: Door) async throws -> String {
            let api = try #require(api)
            let list = try String(contentsOfFile: input, encoding: .utf8)
            let answer = try await api.call(
                "POST", "/\(door.rawValue)?providers=zi&fields=contact,company", as: "operator", csv: list)
            #expect(answer.status == 202, "\(answer.text)")
            let requestID = try #require(answer["requestId"])
            return (door == .process ? "/status/" : "/enrichment/") + requestID
        }

        /// Waits for the end, then follows the link as anybody would.
        private func fetch(_ path: String, to output: String) async throws {
            let api = try #require(api)
            let answer = try await eventually(within: .seconds(120)) {
                let answer = try await api.call("GET", path, as: "auditor")
                return ["accepted", "processing"].contains(answer["status"]) ? nil : answer
            }
            #expect(answer["status"] == "completed" && answer["failedBatches"] == "0", "\(answer.text)")
            if put != nil { #expect(answer["outputFileKey"] == "enhanced/people.csv") }
            let url = try #require(answer["downloadUrl"])
            let isOurs = url.hasPrefix(api.url)
            let token = isOurs ? ["-H", "Authorization: Bearer \(api.tokens["auditor"] ?? "")"] : []
            let outcome = try await Subprocess.run("/usr/bin/env", ["curl", "-sf", "-o", output, url] + token)
            #expect(outcome.status == 0)
        }
    }

    private static func with(_ door: Door, _ body: (Place) async throws -> Void) async throws {
        switch door {
        case .command: try await CatalogBinary.with { try await body(Place(catalog: $0)) }
        case .bucket: try await withBucket(body)
        case .folder:
            try await APIEnvironment.with(roles: "api,worker,poller") { api in
                let catalog = api.service.catalog
                try await catalog.succeed("route", "add", "s3://inbox/raw/", "enrich", "--provider", "zi")
                try await body(
                    Place(catalog: catalog, api: api) { file in
                        try api.service.dropList("people.csv", try String(contentsOfFile: file, encoding: .utf8))
                    })
            }
        case .process, .enrichment:
            try await APIEnvironment.with { try await body(Place(catalog: $0.service.catalog, api: $0)) }
        }
    }

    /// A real store: the list in one bucket, the result in another.
    private static func withBucket(_ body: (Place) async throws -> Void) async throws {
        let endpoint = try await S3Server.url()
        let number = UUID().uuidString.lowercased().prefix(8)
        let settings = [
            "CATALOG_STORE": "s3://reports-\(number)", "CATALOG_ENRICH_OUTPUT": "s3://results-\(number)",
            "AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": S3Server.accessKey,
            "AWS_SECRET_ACCESS_KEY": S3Server.secretKey, "AWS_REGION": S3Server.region,
        ]
        let client = { @Sendable (words: [String]) in
            let arguments = [Project.file("Tests/Clients/s3.py"), endpoint, S3Server.accessKey, S3Server.secretKey]
            let outcome = try await Subprocess.run(try PythonTools.program("python"), arguments + words)
            #expect(outcome.status == 0, "\(outcome.error)")
        }
        try await client(["make", "inbox-\(number)", "reports-\(number)", "results-\(number)"])
        try await APIEnvironment.with(roles: "api,worker,poller", settings) { api in
            let catalog = api.service.catalog
            try await catalog.succeed("route", "add", "s3://inbox-\(number)/raw/", "enrich", "--provider", "zi")
            try await body(
                Place(catalog: catalog, api: api) { file in
                    try await client(["put", "inbox-\(number)", "raw/people.csv", file])
                })
        }
    }
}
