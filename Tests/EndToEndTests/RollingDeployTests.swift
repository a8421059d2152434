import Foundation
import Postgres
import TestSupport
import Testing

/// The next release migrates while this one serves. Its migration is a file beside ours, so that this binary is the older one.
@Suite(.timeLimit(.minutes(5))) struct RollingDeployTests {
    @Test(
        "A compatible migration and its undoing pass under load without one failed request, and a start between them works"
    )
    func compatibleUpgrade() async throws {
        try await APIEnvironment.with { api in
            let catalog = api.service.catalog
            let version = try await NextRelease.currentVersion(catalog)
            let next = try NextRelease(catalog.folder, compatibleWith: version)
            let load = Task { try await Self.load(api) }
            try await catalog.succeed("migrate", "up", "--directory", next.directory)
            // Every command of the older binary works, with one remark.
            let listed = try await catalog.run("vendor", "list")
            #expect(listed.status == 0 && listed.output.contains("V001"))
            #expect(listed.error.components(separatedBy: "newer than this binary").count == 2)
            let file = try catalog.folder.write(
                ServiceEnvironment.file(good: 5, bad: 1, prefix: "C"), to: "while-ahead.csv")
            #expect(try await catalog.ingest(file).createdRecords == 5)
            #expect(try await catalog.run("migrate", "up").output.contains("nothing to do"))
            #expect(try await catalog.run("migrate", "verify").status == 0)
            // As a task that the orchestrator starts anew, with the image of before.
            try await api.service.running("worker") {
                try await api.service.wait(
                    for: "2", "select count(*) from migrations.instances where schema_version = \(version)::integer")
            }
            #expect(try await api.call("GET", "/readyz", as: nil).status == 200)
            try await catalog.succeed("migrate", "down", "--target", "\(version)", "--directory", next.directory)
            load.cancel()
            let answers = try await load.value
            #expect(
                answers.count > 20 && answers.allSatisfy { $0 < 500 },
                "\(answers.filter { $0 >= 500 }.count) of \(answers.count)")
        }
    }

    @Test("A migration that does not work with a process at work is refused, names it, and goes on when it has ended")
    func incompatibleUpgrade() async throws {
        try await ServiceEnvironment.with { service in
            let catalog = service.catalog
            let version = try await NextRelease.currentVersion(catalog)
            let next = try NextRelease(
                catalog.folder, "set local role catalog_owner;\nalter table catalog.products add column colour text;\n")
            try await service.running("worker") {
                try await service.wait(for: "1", "select count(*) from migrations.instances")
                let refused = try await catalog.run("migrate", "up", "--directory", next.directory)
                #expect(refused.status == 1)
                #expect(refused.error.contains("works only with a catalog whose schema is"), "\(refused.error)")
                #expect(refused.error.contains("worker on "))
                #expect(try await NextRelease.currentVersion(catalog) == version)
            }
            #expect(try await service.value("select count(*) from migrations.instances") == "0")
            try await catalog.succeed("migrate", "up", "--directory", next.directory)
            let old = try await catalog.run("vendor", "list")
            #expect(old.status == 1 && old.error.contains("install a newer catalog"))
        }
    }

    @Test("A binary that is newer than the database says what to type")
    func behind() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.succeed("migrate", "down")
            let outcome = try await catalog.run("vendor", "list")
            #expect(outcome.status == 1)
            #expect(outcome.error.contains("database is behind: 1 migration pending; run: catalog migrate up"))
        }
    }

    /// Asks and uploads until it is cancelled.
    /// - Returns: the status of every answer.
    private static func load(_ api: APIEnvironment) async throws -> [Int] {
        var answers: [Int] = []
        var number = 0
        while !Task.isCancelled {
            number += 1
            let body = ServiceEnvironment.file(good: 3, bad: 1, prefix: "L\(number)")
            do {
                answers.append(try await api.call("GET", "/readyz", as: nil).status)
                answers.append(try await api.call("GET", "/products?limit=5").status)
                answers.append(try await api.call("POST", "/uploads?fileName=l\(number).csv", csv: body).status)
            } catch  where Task.isCancelled {
                break  // the request that was under way when the load ended
            }
        }
        return answers
    }
}
