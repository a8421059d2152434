import Foundation
import TestSupport
import Testing

/// The head of the history leaves the database once a day.
@Suite(.timeLimit(.minutes(3))) struct HistoryHeadMailTests {
    @Test("A worker mails the head to the operators, and catalog audit verify proves the history by it")
    func mailed() async throws {
        try await ServiceEnvironment.with(["CATALOG_OPERATORS_MAIL": "ops@example.com"]) { service in
            let file = try service.catalog.folder.write(ServiceEnvironment.header + "P1,N,Audio,S1,1,1\n", to: "a.csv")
            _ = try await service.catalog.ingest(file)
            let mail = try await service.running("worker") {
                try await eventually(within: .seconds(60)) { try Self.mail(service.catalog.folder.file("mail")) }
            }
            #expect(mail.contains("To: ops@example.com\r\n"))
            #expect(mail.contains("Subject: Head of the product history - 20"))
            let head = try #require(mail.firstMatch(of: /\r\n([0-9]+:[0-9a-f]{64})\r\n/)?.1)
            let proof = try await service.catalog.succeed("audit", "verify", "--head", String(head))
            #expect(proof.contains("are as they were written"))
            let forged = "\(head.split(separator: ":")[0]):" + String(repeating: "0", count: 64)
            let refused = try await service.catalog.run("audit", "verify", "--head", forged)
            #expect(refused.status == 1 && refused.error.contains("the history does not contain"))
        }
    }

    /// The mail with the head; nil until it is there.
    private static func mail(_ folder: String) throws -> String? {
        // The folder is made when the first mail is written.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let name = names.first(where: { $0.hasPrefix("history-head-") }) else { return nil }
        return try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    @Test("What is no address is refused before anything starts")
    func address() async throws {
        try await CatalogBinary.with { catalog in
            let outcome = try await catalog.run(["vendor", "list"], setting: ["CATALOG_OPERATORS_MAIL": "nobody"])
            #expect(outcome.status == 1)
            #expect(outcome.error.contains("CATALOG_OPERATORS_MAIL"), "\(outcome.error)")
        }
    }
}
