import ArgumentParser
import Enrichment
import Postgres

/// `catalog enrich forget`.
struct EnrichForgetCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Delete all that is known of a person: records, results, remembered answers, questions of calls.",
        discussion: """
            Records that name the address, or for whose person it was found, leave every request; counts stay. Workers write the
            results in the store anew without them. Files of commands and lists in buckets are not ours to change: they are listed.
            The address itself is noted nowhere.

            Examples:
              catalog enrich forget --email ada@voss.example
              catalog enrich forget --email ada@voss.example --email a.voss@old.example --json
            """)

    @Option(help: "An address of the person; may be given again.")
    var email: [String]

    @Flag(help: "Print JSON.")
    var json = false

    var actionObject: String? { "addresses: \(email.count)" }

    func validate() throws {
        guard !email.isEmpty else { throw ValidationError("give an address: --email ada@voss.example") }
        for address in email where address.wholeMatch(of: /[^@\s]+@[^@\s]+/) == nil {
            throw ValidationError("'\(address)' is not an address: expected one such as ada@voss.example")
        }
    }

    func run() async throws {
        let forgotten: Forgotten
        do {
            forgotten = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.forget(emails: email) }
            }
        } catch let error as StillUnderWay {
            throw CommandFailure(
                "requests with such records are under way: wait for them, or catalog enrich cancel "
                    + error.requestIDs.joined(separator: ", "))
        }
        if json { return try JSONOutput.print(forgotten) }
        let deleted = forgotten.deleted
        print(
            "deleted: \(deleted.records.counting("record")), \(deleted.results.counting("result")), \(deleted.answers.counting("remembered answer")); questions struck from \(deleted.calls.counting("call"))"
                as TerminalText)
        if !forgotten.rewritten.isEmpty { print("workers write anew: \(forgotten.rewritten.joined(separator: ", "))") }
        if !forgotten.elsewhere.isEmpty { print("look yourself at: \(forgotten.elsewhere.joined(separator: ", "))") }
    }
}
