import Foundation
import Postgres
import TestSupport
import Testing

/// Every door of every pipeline through PgBouncer in transaction mode, with four connections to the server for all processes.
@Suite(.timeLimit(.minutes(5))) struct PoolerTests {
    private static let variables = ["CATALOG_LISTEN": "off"]

    @Test("Onboarding: commands, a bucket, its events, files in a body and behind a link, many at once")
    func onboard() async throws {
        try await APIEnvironment.with(roles: "api,worker,poller", pooled: true, Self.variables) { api in
            let service = api.service
            let file = try service.catalog.folder.write(
                ServiceEnvironment.file(good: 30, bad: 2, prefix: "C"), to: "c.csv")
            let line = try await service.catalog.ingest(file)
            #expect(line.createdRecords == 30 && line.errorRecords == 2)
            #expect(try await service.catalog.ingest(file, "--mode", "upsert").unchangedRecords == 30)
            try await service.catalog.succeed("upload", "revert", line.uploadId)

            try service.drop("f.csv", ServiceEnvironment.file(good: 20, bad: 1, prefix: "F"))
            for number in 0..<12 {
                let body = ServiceEnvironment.file(good: 20, bad: 1, prefix: "B\(number)-")
                let answer = try await api.call(
                    "POST", "/uploads?fileName=b\(number).csv", as: number % 2 == 0 ? "V001" : "V002", csv: body,
                    headers: [("Idempotency-Key", "key-\(number)")])
                #expect(answer.status == 202, "\(answer.text)")
            }
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "p.csv"}"#)
            let path = String(try #require(place["uploadUrl"]).dropFirst(api.url.count))
            let body = ServiceEnvironment.file(good: 20, bad: 1, prefix: "P")
            #expect(try await api.call("PUT", path, as: nil, csv: body).status == 202)
            try await service.wait(
                for: "17", "select count(*) from catalog.upload_history where completed_at is not null")
            #expect(
                try await service.value(
                    "select count(*) from catalog.upload_history where status in ('partial', 'reverted')") == "16")
            #expect(try await service.value("select count(*) from catalog.products") == "280")
            let products = try await api.call("GET", "/products?limit=2", as: "V002")
            #expect(products.status == 200 && products.text.contains("\"B"))
        }
    }

    @Test("Enrichment: a command, a bucket, a list in a body; the command ends")
    func enrich() async throws {
        try await APIEnvironment.with(roles: "api,worker,poller", pooled: true, Self.variables) { api in
            let catalog = api.service.catalog
            let (input, output) = (catalog.folder.file("contacts.csv"), catalog.folder.file("enriched.csv"))
            _ = try await python("Benchmarks/contacts.py", ["330", input])
            let outcome = try await catalog.run(
                ["enrich", input, "--provider", "mock", "--output", output], setting: Self.variables)
            #expect(outcome.status == 0, "\(outcome.error)")
            let lines = try String(contentsOfFile: output, encoding: .utf8).split(whereSeparator: \.isNewline).count
            #expect(lines == 331)

            try await catalog.succeed("route", "add", "s3://inbox/raw/", "enrich", "--provider", "mock")
            try api.service.dropList("people.csv", "email,company\na@example.com,Alpha\nb@example.com,Beta\n")
            let posted = try await api.call(
                "POST", "/enrichment?providers=mock", as: "operator", csv: "email,company\nc@example.com,Gamma\n")
            #expect(posted.status == 202, "\(posted.text)")
            try await api.service.wait(
                for: "3", "select count(*) from enrichment.requests where status = 'completed'")
        }
    }

    @Test("The relay: objects of a bucket become a checked archive")
    func relay() async throws {
        let folder = try TemporaryFolder()
        let variables = [
            "CATALOG_RELAY_TARGET": "file:\(folder.path)", "CATALOG_RELAY_WINDOW_SECONDS": "10",
        ].merging(Self.variables) { $1 }
        try await ServiceEnvironment.with(pooled: true, variables) { service in
            try await service.catalog.succeed("route", "add", "s3://inbox/raw/", "relay")
            for number in 0..<5 { try service.dropList("\(number).bin", "object \(number)") }
            try await service.running("serve", "--roles", "worker,poller") {
                try await service.wait(for: "5", "select count(*) from relay.members")
                try await service.wait(
                    for: "5",
                    """
                    select sum(member_count)::bigint from relay.windows where state = 'verified'
                    """)
            }
        }
    }

    @Test("Who migrates is told in one line what needs a session, and is not in the way of a pooler's only connection")
    func migrate() async throws {
        try await CatalogBinary.with(pooled: true) { catalog in
            #expect(try await catalog.run("migrate", "up").output.contains("nothing to do"))
            #expect(try await catalog.run("migrate", "verify").status == 0)
            let next = try NextRelease(catalog.folder, "-- catalog: no-transaction\nvacuum catalog.products;\n")
            let refused = try await catalog.run("migrate", "up", "--directory", next.directory)
            #expect(refused.status == 1)
            #expect(refused.error.contains("name PostgreSQL itself in the URL"), "\(refused.error)")
            #expect(refused.error.split(separator: "\n").count { $0.contains("pooler") } == 1, "\(refused.error)")
        }
    }
}
