import Foundation
import Postgres
import TestSupport
import Testing

/// Every request ends, by itself or by a person, through the real binary.
@Suite(.timeLimit(.minutes(10))) struct EnrichmentEndTests {
    private static func contacts(_ count: Int, in catalog: CatalogBinary) throws -> String {
        try catalog.folder.write(
            "email\n" + (0..<count).map { "p\($0)@example.com\n" }.joined(), to: "contacts.csv")
    }

    private static let slow = #"{"latencyMilliseconds": 100, "capabilities": ["contact_enrich"], "inputsPerCall": 25}"#

    @Test("Ctrl-C cancels what has not begun, says what was spent, and nobody pays for it; a retry completes the file")
    func interrupted() async throws {
        try await ServiceEnvironment.with { service in
            let catalog = service.catalog
            try await catalog.succeed(
                "provider", "add", "mock", "--kind", "mock", "--settings", Self.slow, "--per-second", "10")
            let (input, output) = (try Self.contacts(5000, in: catalog), catalog.folder.file("out.csv"))
            let command = try service.start("enrich", input, "--provider", "mock", "--output", output)
            try await service.wait(for: "t", "select count(*) > 5 from enrichment.calls where state = 'answered'")
            command.signal(SIGINT)
            let end = try await command.wait()
            #expect(end.status == 130, "\(end.error)")
            #expect(
                try await service.value(
                    "select status || ' ' || (failure_message ~ 'catalog enrich retry') from enrichment.requests")
                    == "cancelled true")
            #expect(try await service.value("select count(*) from jobs.jobs where kind like 'enrich.batch'") == "0")
            // The next command of anybody works on its own.
            try await catalog.succeed("provider", "add", "other", "--kind", "mock")
            let small = try catalog.folder.write("email\na@example.com\n", to: "small.csv")
            let before = try await catalog.value("select count(*) from enrichment.calls")
            try await catalog.succeed(
                "enrich", small, "--provider", "other", "--fields", "contact", "--output",
                catalog.folder.file("small-out.csv"))
            let after = try await service.value("select count(*) - \(Int(before) ?? 0)::bigint from enrichment.calls")
            #expect(after == "1")

            try await catalog.succeed(
                "provider", "add", "mock", "--kind", "mock", "--settings", #"{"capabilities": ["contact_enrich"]}"#)
            let requestID = try await catalog.value(
                "select request_id from enrichment.requests order by created_at limit 1")
            let retried = try await catalog.run("enrich", "retry", requestID, "--json")
            #expect(retried.status == 0, "\(retried.error)")
            let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\r\n")
            #expect(lines.count == 5001)
            let twice = try await service.value(
                """
                select count(*) from (select from enrichment.calls, unnest(inputs) as hash
                    where state = 'answered' and provider = 'mock' group by hash having count(*) > 1) twice
                """)
            #expect(twice == "0")
        }
    }

    @Test("A command that is killed leaves a request that ends, is listed, and goes on")
    func killed() async throws {
        try await ServiceEnvironment.with { service in
            let catalog = service.catalog
            try await catalog.succeed(
                "provider", "add", "mock", "--kind", "mock", "--settings", Self.slow, "--per-second", "10")
            let (input, output) = (try Self.contacts(3000, in: catalog), catalog.folder.file("out.csv"))
            let command = try service.start("enrich", input, "--provider", "mock", "--output", output)
            try await service.wait(for: "t", "select count(*) > 5 from enrichment.calls where state = 'answered'")
            command.signal(SIGKILL)
            _ = try await command.wait()
            _ = try await service.value(
                "update enrichment.requests set watched_at = now() - interval '5 minutes' returning request_id")
            _ = try await service.value(
                "update jobs.jobs set lease_until = now() - interval '1 second' where state = 'running' returning job_id"
            )
            try await catalog.succeed(
                "provider", "add", "mock", "--kind", "mock", "--settings", #"{"capabilities": ["contact_enrich"]}"#)
            try await service.running("worker") {
                try await service.wait(for: "cancelled", "select status from enrichment.requests")
            }
            let requestID = try await catalog.value("select request_id from enrichment.requests")
            let list = try await catalog.run("enrich", "list", "--status", "cancelled", "--json")
            #expect(list.output.contains(requestID) && list.output.contains("catalog enrich retry"))
            try await catalog.succeed("enrich", "retry", requestID)
            #expect(
                try String(contentsOfFile: output, encoding: .utf8).split(separator: "\r\n").count == 3001)
            let shown = try await catalog.run("enrich", "show", requestID, "--json")
            #expect(
                shown.output.contains("\"status\":\"completed\"") || shown.output.contains("\"status\" : \"completed\"")
            )
        }
    }

    @Test("A request over HTTP is listed, cancelled and goes on; the file's link answers 409 before it is there")
    func overHTTP() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let list = "email\n" + (0..<150).map { "p\($0)@example.com\n" }.joined()
            let first = try await api.call(
                "POST", "/enrichment?providers=mock&fields=contact", as: "operator", csv: list)
            #expect(first.status == 202 && first["message"] == "Request accepted", "\(first.text)")
            let requestID = try #require(first["requestId"])
            let url = try #require(first["downloadUrl"])
            let place = String(url.dropFirst(api.url.count))
            #expect(try await api.call("GET", place, as: "operator").status == 409)
            _ = try await api.call(
                "POST", "/enrichment?providers=mock&fields=contact", as: "operator", csv: "email\nx@example.com\n")
            let page = try await api.call("GET", "/enrichment?limit=1", as: "auditor")
            let cursor = try #require(page["nextCursor"])
            let second = try await api.call("GET", "/enrichment?limit=1&cursor=\(cursor)", as: "auditor")
            #expect(
                second.status == 200 && second.text.contains(requestID) && second["nextCursor"] == nil, "\(second.text)"
            )

            let cancelled = try await api.call("DELETE", "/enrichment/\(requestID)", as: "operator")
            #expect(cancelled.status == 200 && cancelled["status"] == "cancelled", "\(cancelled.text)")
            #expect(try await api.call("DELETE", "/enrichment/\(requestID)", as: "operator").status == 409)
            #expect(try await api.call("DELETE", "/enrichment/\(requestID)", as: "auditor").status == 403)
            let jobs = try await api.service.value(
                "select count(*) from jobs.jobs where payload ->> 'request_id' = '\(raw: requestID)'")
            #expect(jobs == "0")
            let retried = try await api.call("POST", "/enrichment/\(requestID)/retry", as: "operator")
            #expect(retried.status == 200 && retried["status"] == "processing", "\(retried.text)")
            try await api.service.running("worker") {
                try await api.service.wait(
                    for: "completed", "select status from enrichment.requests where request_id = '\(raw: requestID)'")
            }
            #expect(try await api.call("GET", place, as: "operator").status == 200)
        }
    }

    @Test("The same list is done again, and not paid for again, once the result of the earlier request is gone")
    func goneResult() async throws {
        try await APIEnvironment.with { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            func post() async throws -> APIEnvironment.Answer {
                try await api.call(
                    "POST", "/enrichment?providers=mock&fields=contact", as: "operator", csv: "email\na@example.com\n")
            }
            let first = try #require(try await post()["requestId"])
            try await api.service.wait(for: "completed", "select status from enrichment.requests")
            #expect(try await post()["requestId"] == first)
            try FileManager.default.removeItem(
                atPath: "\(api.service.catalog.folder.file("objects"))/enhanced/\(first).csv")
            let again = try await post()
            #expect(again.status == 202 && again["requestId"] != first, "\(again.text)")
            try await api.service.wait(
                for: "2", "select count(*) from enrichment.requests where status = 'completed'")
            #expect(try await api.service.value("select count(*) from enrichment.calls") == "1")
        }
    }
}
