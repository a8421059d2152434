import ArgumentParser
import Catalog
import Postgres

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Prove that the history is as it was written.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract:
                "Recompute all hashes of the history and name the first row that was altered, is missing or is in another place.",
            discussion: """
                The head that it prints stands for the whole past. Keep it where nobody who can write to the database can; later,
                --head proves that nothing of what it covers was rewritten, not even by the owner of the database. Workers put the
                head into the store once a day, as history/heads/DAY.txt, and mail it to CATALOG_OPERATORS_MAIL.

                Examples:
                  catalog audit verify
                  catalog audit verify --head 1842:9f0c…
                """)

        @Option(help: ArgumentHelp("A head that was kept.", valueName: "tick:hash"))
        var head: String?

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard let head, head.wholeMatch(of: /[0-9]+:[0-9a-fA-F]{64}/) == nil else { return }
            throw ValidationError("'\(head)' is no head: expected TICK:HASH, as catalog audit verify prints it")
        }

        func run() async throws {
            let proof = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.tick() }
                return try await connection.transaction(.readOnlySnapshot) { try $0.verifyHistory(head: head) }
            }
            if json {
                try JSONOutput.print(proof)
                if proof.problem != nil { throw ExitCode.failure }
                return
            }
            if let problem = proof.problem { throw CommandFailure("the history is not as it was written: \(problem)") }
            print(
                """
                \(proof.versions.grouped) versions, \(proof.changes.grouped) changes and \(proof.ticks.grouped) ticks are as they were written,
                and \(proof.sealedRows.grouped) rows of timelines, actions and settings; \(proof.releasedRows.grouped) were released by retention;
                \(proof.sealedProducts.grouped) current products and \(proof.sealedUploads.grouped) ended uploads are as they were sealed
                head: \(proof.head)
                """)
        }
    }
}
