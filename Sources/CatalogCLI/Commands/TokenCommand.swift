import ArgumentParser
import Catalog
import Foundation
import Postgres

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make, list and revoke bearer tokens of the HTTP interface.",
        subcommands: [Add.self, List.self, Revoke.self])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Make a token for an operator, an auditor or a vendor; it is shown once.",
            discussion: """
                Examples:
                  catalog token add --role operator --description 'Friday deploys'
                  catalog token add --role vendor --vendor VEND001 --days 90
                """)

        @Option(help: "operator (does everything), auditor (reads everything) or vendor (its own rows).")
        var role: AccessRole

        @Option(help: "The vendor whose rows it gives access to; for the role vendor.")
        var vendor: String?

        @OptionGroup var options: TokenOptions

        func validate() throws {
            guard (role == .vendor) == (vendor != nil) else {
                throw ValidationError(
                    role == .vendor
                        ? "name the vendor whose rows it opens: --vendor ID" : "--vendor requires --role vendor")
            }
        }

        var actionObject: String? { nil }

        func run() async throws { try await options.make(role, vendor) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show tokens, without their secrets.")

        @Option(help: "Only this vendor's.")
        var vendor: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let tokens = try await Composition().withConnection { connection in
                try await connection.run { try $0.tokens(vendorID: vendor) }
            }
            if json { return try JSONOutput.print(tokens) }
            var table = Table("TOKEN", "ROLE", "VENDOR", "FOR", "EXPIRES", "REVOKED", "LAST USED")
            for token in tokens {
                table.add(
                    token.tokenID, token.role.rawValue, token.vendorID, token.description, token.expiresAt,
                    token.revokedAt,
                    token.lastUsedAt)
            }
            print(table.rendered(Style()))
        }
    }

    struct Revoke: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Revoke a token at once.",
            discussion: "Example: catalog token revoke k3v9x2mpq7ra")

        @Argument(help: "The part between 'cat_' and the next '_'; catalog token list shows it.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let isKnown = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.revokeToken(id) }
            }
            guard isKnown else { throw CommandFailure("no token '\(id)': catalog token list shows all") }
            if json { return try JSONOutput.print(["tokenId": id, "status": "revoked"]) }
            print("token \(id) is revoked")
        }
    }
}

/// What a token is made of besides its role.
struct TokenOptions: ParsableArguments {
    @Option(help: "Number of days for which it is valid.")
    var days = 365

    @Option(help: "What it is for, in your own words.")
    var description = ""

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...3650).contains(days) else { throw ValidationError("--days must be from 1 to 3650") }
    }

    private struct Made: Encodable {
        var token: String
        var details: APIToken
    }

    /// Stores a new token and shows it.
    func make(_ role: AccessRole, _ vendorID: String?) async throws {
        let secret = TokenSecret.make()
        let token = NewAPIToken(
            tokenID: secret.tokenID, secretSHA256: secret.sha256, role: role, vendorID: vendorID,
            description: description, lifetimeDays: days)
        let stored: APIToken
        do {
            stored = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.addToken(token) }
            }
        } catch let error as PostgresError where error.constraint == "api_tokens_vendor_exists" {
            throw CommandFailure("no vendor '\(vendorID ?? "")': catalog vendor list shows all")
        }
        if json { return try JSONOutput.print(Made(token: secret.text, details: stored)) }
        // The token alone on standard output, for $(…).
        print("\(secret.text)")
        StandardStream.error.say(
            "until \(stored.expiresAt); it is not shown again; to revoke it: catalog token revoke \(secret.tokenID)")
    }
}

extension AccessRole: ExpressibleByArgument {}
