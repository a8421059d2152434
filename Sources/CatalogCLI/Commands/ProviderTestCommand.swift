import ArgumentParser
import Enrichment
import Foundation
import Postgres

/// `catalog provider test`.
struct ProviderTestCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Ask a provider once, and show the request, its answer and what the mapping makes of it.",
        discussion: """
            It is a call as any other: within the limits, noted in enrichment.calls, paid for, and its answer is remembered. Secrets are
            struck out.

            Examples:
              catalog provider test crm --email ada@voss.example
              catalog provider test zoominfo --company "Voss Inc" --fields company --json

            Exit codes: 0 a match or none, 3 an error, 64 usage, 1 anything else.
            """)

    @Argument(help: "The provider.")
    var name: String

    @Option(help: "Of the person.")
    var email: String?

    @Option(help: "Of the person.")
    var phone: String?

    @Option(help: "Of the person.")
    var firstName: String?

    @Option(help: "Of the person.")
    var lastName: String?

    @Option(help: "Of the person.")
    var fullName: String?

    @Option(help: "Address of the person's profile.")
    var linkedin: String?

    @Option(help: "Of the company.")
    var company: String?

    @Option(help: "Of the company.")
    var website: String?

    @Option(help: "Of the company, in words.")
    var industry: String?

    @Option(
        help: "What to ask for: contact, company, new_contact or industry; the first that it can be asked if omitted.")
    var fields: FieldGroup?

    @Flag(help: "Print one JSON object.")
    var json = false

    var actionObject: String? { name }

    private var input: ProviderInput {
        let values: [(ContactField, String?)] = [
            (.email, email), (.phone, phone), (.firstName, firstName), (.lastName, lastName), (.fullName, fullName),
            (.linkedIn, linkedin),
            (.company, company), (.website, website), (.industry, industry),
        ]
        return ProviderInput(
            Dictionary(uniqueKeysWithValues: values.compactMap { field, value in value.map { (field, $0) } }))
    }

    func validate() throws {
        guard !input.known.isEmpty else {
            throw ValidationError("say whom to ask about, such as --email ada@voss.example")
        }
    }

    func run() async throws {
        let composition = try Composition()
        try await composition.connect().close()
        let (name, input, group) = (name, input, fields)
        let pool = Pool(composition.database.connector, maximum: 2)
        let trial = try await pool.closing { pool in
            do {
                return try await composition.providerTester(pool).ask(name, input, group)
            } catch let failure as EnrichmentFailure {
                throw CommandFailure(failure.description)
            }
        }
        if json { try JSONOutput.print(trial) } else { print(trial.rendered(Style())) }
        if trial.outcome == "error" { throw ExitCode(3) }
    }
}

extension FieldGroup: ExpressibleByArgument {}

extension ProviderTrial {
    func rendered(_ style: Style) -> TerminalText {
        var lines: [TerminalText] = []
        for exchange in exchanges {
            lines.append("\(style.bold("\(exchange.request)"))")
            lines += exchange.headers.map { "\($0)" }
            if let body = exchange.body { lines.append("\(body)") }
            if let status = exchange.status { lines.append("\(style.bold("answered \(status)"))") }
            if let answer = exchange.answer { lines.append(TerminalText(lines: answer)) }
            if let error = exchange.error { lines.append("\(error)") }
            lines.append("")
        }
        lines.append("\(style.bold("\(capability.rawValue): \(outcome)")), credits \(credits)")
        if let confidence { lines.append("confidence \(confidence)") }
        for (name, value) in (fields ?? [:]).sorted(by: { $0.key < $1.key }) { lines.append("\(name): \(value)") }
        if let error { lines.append("\(error)") }
        return lines.joined(separator: "\n")
    }
}
