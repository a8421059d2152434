import ArgumentParser
import Enrichment
import Foundation
import Postgres

/// `catalog provider set`.
struct ProviderSetCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change what is given of a provider, and nothing else.",
        discussion: """
            A limit that is none is taken away. A provider that had refused us is asked again.

            Examples:
              catalog provider set zoominfo --per-second 10
              catalog provider set zoominfo --credits none --secret prod/zoominfo-2
              catalog provider set crm --settings crm.json --json
            """)

    @Argument(help: "The provider.")
    var name: String

    @Option(help: "A JSON object, or a file that holds one.")
    var settings: String?

    @Option(help: "Where its credentials are: a secret of Secrets Manager, or file:PATH.")
    var secret: String?

    @Option(help: "Maximum number of calls per second, or none.")
    var perSecond: Limit<Double>?

    @Option(help: "Maximum number of calls in any hour, or none.")
    var perHour: Limit<Int>?

    @Option(help: "Maximum number of calls in any day, or none.")
    var perDay: Limit<Int>?

    @Option(help: "Maximum number of credits that may be spent in total, or none.")
    var credits: Limit<Int>?

    @Option(help: "Maximum number of calls at once, of all workers together.")
    var concurrency: Int?

    @Option(help: "Days for which an answer is remembered.")
    var cacheDays: Int?

    @Option(help: "Days for which 'no match' is remembered.")
    var missDays: Int?

    @Flag(help: "Print the provider as JSON.")
    var json = false

    /// A number greater than 0, or `none`.
    enum Limit<Number: LosslessStringConvertible & Comparable & ExpressibleByIntegerLiteral & Sendable>:
        ExpressibleByArgument, Sendable
    {
        case none
        case of(Number)

        init?(argument: String) {
            if argument == "none" {
                self = .none
            } else if let number = Number(argument), number >= 0 {
                self = .of(number)
            } else {
                return nil
            }
        }

        var number: Number? { if case .of(let number) = self { number } else { nil } }
    }

    var actionObject: String? { name }

    func validate() throws {
        try ProviderCommand.check(
            perSecond: perSecond?.number, perHour: perHour?.number, perDay: perDay?.number, credits: credits?.number,
            concurrency: concurrency, cacheDays: cacheDays, missDays: missDays)
    }

    func run() async throws {
        let text = try settings.map(ProviderCommand.settings)
        let composition = try Composition()
        let changed = try await composition.withConnection { connection in
            try await connection.transaction { session in
                try session.changeProvider(name) { row in
                    change(&row, text)
                    try composition.checkProvider(row)
                }
            }
        }
        guard let changed else { throw CommandFailure("no provider '\(name)': catalog provider list shows all") }
        if json { return try JSONOutput.print(changed) }
        print("provider \(name) changed")
    }

    private func change(_ row: inout ProviderRow, _ settings: String?) {
        row.settings = settings ?? row.settings
        row.secretID = secret ?? row.secretID
        if let perSecond { row.limits.perSecond = perSecond.number }
        if let perHour { row.limits.perHour = perHour.number }
        if let perDay { row.limits.perDay = perDay.number }
        if let credits { row.limits.creditBudget = credits.number }
        row.maximumConcurrency = concurrency ?? row.maximumConcurrency
        row.cacheSeconds = cacheDays.map { $0 * 86_400 } ?? row.cacheSeconds
        row.missSeconds = missDays.map { $0 * 86_400 } ?? row.missSeconds
    }
}
