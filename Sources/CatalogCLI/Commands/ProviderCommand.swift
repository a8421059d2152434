import ArgumentParser
import Enrichment
import Foundation
import Postgres

struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "Configure which providers are asked about contacts and companies, and how often.",
        subcommands: [Add.self, ProviderSetCommand.self, ProviderTestCommand.self, List.self, Remove.self])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a provider, or change it.",
            discussion: """
                Limits are shared by all workers; without an option there is no such limit. What was used of them stays used.
                catalog provider set changes one thing of a provider that is there.

                Examples:
                  catalog provider add zoominfo --kind zoominfo --secret prod/zoominfo --per-second 25 --credits 100000
                  catalog provider add crm --kind http-json --settings crm.json --secret file:/run/secrets/crm
                  catalog provider add slow --kind mock --settings '{"latencyMilliseconds": 100}' --per-second 25
                """)

        @Argument(help: "The name: lower-case letters, digits, _ and -.")
        var name: String

        @Option(help: "The adapter: \(ProviderFactory.kinds.joined(separator: ", ")).")
        var kind: String

        @Option(help: "A JSON object, or a file that holds one.")
        var settings = "{}"

        @Option(help: "Where its credentials are: a secret of Secrets Manager, or file:PATH.")
        var secret: String?

        @Option(help: "Maximum number of calls per second.")
        var perSecond: Double?

        @Option(help: "Maximum number of calls in any hour.")
        var perHour: Int?

        @Option(help: "Maximum number of calls in any day.")
        var perDay: Int?

        @Option(help: "Maximum number of credits that may be spent in total.")
        var credits: Int?

        @Option(help: "Maximum number of calls at once, of all workers together.")
        var concurrency = 64

        @Option(help: "Days for which an answer is remembered.")
        var cacheDays = 30

        @Option(help: "Days for which 'no match' is remembered.")
        var missDays = 7

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard ProviderFactory.kinds.contains(kind) else {
                throw ValidationError(
                    "unknown kind '\(kind)': expected one of \(ProviderFactory.kinds.joined(separator: ", "))")
            }
            guard name.firstMatch(of: /^[a-z0-9][a-z0-9_-]{0,39}$/) != nil else {
                throw ValidationError(
                    "'\(name)' is not a valid provider name: use lower-case letters, digits, _ and -, at most 40")
            }
            try ProviderCommand.check(
                perSecond: perSecond, perHour: perHour, perDay: perDay, credits: credits, concurrency: concurrency,
                cacheDays: cacheDays, missDays: missDays)
        }

        var actionObject: String? { name }

        func run() async throws {
            let row = ProviderRow(
                name: name, kind: kind, settings: try ProviderCommand.settings(settings), secretID: secret,
                cacheSeconds: cacheDays * 86_400, missSeconds: missDays * 86_400, maximumConcurrency: concurrency,
                limits: ProviderLimits(perSecond: perSecond, perHour: perHour, perDay: perDay, creditBudget: credits))
            let composition = try Composition()
            try composition.checkProvider(row)
            try await composition.withConnection { connection in
                try await connection.transaction { try $0.saveProvider(row) }
            }
            if json { return try JSONOutput.print(row) }
            print("provider \(name) is \(kind)")
        }

    }

    /// - Throws: `ValidationError`.
    static func check(
        perSecond: Double?, perHour: Int?, perDay: Int?, credits: Int?, concurrency: Int?, cacheDays: Int?,
        missDays: Int?
    ) throws {
        func check<Number>(_ option: String, _ number: Number?, _ bounds: ClosedRange<Number>) throws {
            guard let number, !bounds.contains(number) else { return }
            throw ValidationError("\(option) must be from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        try check("--per-second", perSecond, ProviderBounds.perSecond)
        try check("--per-hour", perHour, ProviderBounds.period)
        try check("--per-day", perDay, ProviderBounds.period)
        try check("--credits", credits, ProviderBounds.credits)
        try check("--concurrency", concurrency, ProviderBounds.concurrency)
        try check("--cache-days", cacheDays, ProviderBounds.days)
        try check("--miss-days", missDays, ProviderBounds.days)
    }

    /// - Parameter given: a JSON object, or a file that holds one.
    static func settings(_ given: String) throws -> String {
        if given.trimmingCharacters(in: .whitespaces).hasPrefix("{") { return given }
        guard let data = FileManager.default.contents(atPath: given) else {
            throw CommandFailure("cannot read the settings '\(given)': give a JSON object or an existing file")
        }
        return String(decoding: data, as: UTF8.self)
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show all providers with their limits.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let providers = try await Composition().withConnection { try await $0.run { try $0.providers() } }
            if json { return try JSONOutput.print(providers) }
            var table = Table("PROVIDER", "KIND", "PER SECOND", "PER HOUR", "PER DAY", "CREDITS", "CONCURRENCY")
            for provider in providers {
                let limits = provider.limits
                table.add(
                    provider.name, provider.kind, limits.perSecond.map { "\($0)" }, limits.perHour?.grouped,
                    limits.perDay?.grouped, limits.creditBudget?.grouped, provider.maximumConcurrency.grouped)
            }
            print(
                providers.isEmpty
                    ? "no providers: catalog provider add NAME --kind KIND" : table.rendered(Style()))
        }
    }

    struct Remove: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove a provider; what it answered stays.")

        @Argument(help: "The provider.")
        var name: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { name }

        func run() async throws {
            let existed = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.removeProvider(name) }
            }
            guard existed else { throw CommandFailure("no provider '\(name)': catalog provider list shows all") }
            if json { return try JSONOutput.print(["name": name]) }
            print("provider \(name) removed")
        }
    }
}
