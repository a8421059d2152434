import AWS
import ArgumentParser
import Catalog
import Ingest
import Postgres

struct VendorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendor", abstract: "Add, list, suspend and reactivate vendors; make tokens for them.",
        subcommands: [
            Add.self, List.self, Suspend.self, Activate.self, Encoding.self, Attributes.self, Subscribe.self,
            Token.self,
        ])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Register a vendor.",
            discussion: "Example: catalog vendor add VEND001 --name 'Acme Audio' --email uploads@acme.example")

        @Argument(
            help:
                "The id: a letter or digit, then letters, digits, '_', '-' and '.', at most 50; it becomes part of object keys."
        )
        var id: String

        @Option(help: "The name that people know it by.")
        var name: String

        @Option(help: "Address to which the result of every upload is mailed.")
        var email: String

        @Option(help: "Encoding of its files, by a name that iconv knows; detected if omitted.")
        var encoding: EncodingName?

        @Flag(help: "Keep columns of its files that are not ours, as attributes of its products.")
        var keepAttributes = false

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let vendor = Vendor(
                vendorID: id, vendorName: name, email: email, encoding: encoding?.name, keepsAttributes: keepAttributes)
            do {
                try await Composition().withConnection { connection in
                    try await connection.transaction { try $0.addVendor(vendor) }
                }
            } catch let error as PostgresError {
                throw reason(error) ?? error
            }
            if json {
                return try JSONOutput.print(["vendorId": id, "vendorName": name, "email": email, "status": "active"])
            }
            print("vendor \(id) added")
        }

        private func reason(_ error: PostgresError) -> CommandFailure? {
            switch error.constraint {
            case "vendors_pkey": CommandFailure("vendor '\(id)' exists already: catalog vendor list shows it")
            case "vendors_vendor_id_is_safe_in_object_keys":
                CommandFailure(
                    "'\(id)' cannot be a vendor id: begin with a letter or digit, then use letters, digits, '_', '-' and '.'"
                )
            case "vendors_email_is_an_address": CommandFailure("'\(email)' is not a mail address: expected name@host")
            case "vendors_vendor_name_is_given":
                CommandFailure("the name is empty: give one, such as --name 'Acme Audio'")
            default: error.sqlState == "22001" ? CommandFailure("'\(id)' is too long: at most 50 characters") : nil
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show all vendors.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let vendors = try await Composition().withConnection { try await $0.run { try $0.vendors() } }
            if json { return try JSONOutput.print(vendors) }
            var table = Table("VENDOR", "NAME", "EMAIL", "STATUS")
            for vendor in vendors {
                table.add(vendor.vendorID, vendor.vendorName, vendor.email, vendor.status.rawValue)
            }
            print(table.rendered(Style()))
        }
    }

    struct Suspend: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "suspend", abstract: "Reject the uploads of a vendor; its products stay.")

        @Argument(help: "The vendor.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws { try await VendorCommand.setStatus(id, .suspended, json: json) }
    }

    struct Activate: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "activate", abstract: "Accept the uploads of a suspended vendor again.")

        @Argument(help: "The vendor.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws { try await VendorCommand.setStatus(id, .active, json: json) }
    }

    struct Encoding: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "encoding", abstract: "Set the encoding of a vendor's files.",
            discussion: """
                What is said of a single file or in a mapping counts more. Without a name it is found again for each file.

                Example: catalog vendor encoding VEND001 windows-1250
                """)

        @Argument(help: "The vendor.")
        var id: String

        @Argument(help: "A name that iconv knows.")
        var encoding: EncodingName?

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let isKnown = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.setVendorEncoding(id, encoding?.name) }
            }
            guard isKnown else { throw CommandFailure("no vendor '\(id)': catalog vendor list shows all") }
            if json { return try JSONOutput.print(["vendorId": id, "encoding": encoding?.name]) }
            print("files of \(id) are read as \(encoding?.name ?? "they turn out to be")")
        }
    }

    struct Attributes: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "attributes", abstract: "Keep or ignore columns of a vendor's files that are not ours.",
            discussion: """
                What a mapping says of the attributes of its files counts more, and a column named attribute.NAME is always kept. What is
                kept already stays until a file empties it.

                Example: catalog vendor attributes VEND001 keep
                """)

        enum Choice: String, ExpressibleByArgument, CaseIterable { case keep, ignore }

        @Argument(help: "The vendor.")
        var id: String

        @Argument(help: "keep or ignore.")
        var choice: Choice

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let isKnown = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.setKeepsAttributes(id, choice == .keep) }
            }
            guard isKnown else { throw CommandFailure("no vendor '\(id)': catalog vendor list shows all") }
            if json { return try JSONOutput.print(["vendorId": id, "attributes": choice.rawValue]) }
            print("columns of \(id) that are not ours are \(choice == .keep ? "kept as attributes" : "ignored")")
        }
    }

    struct Subscribe: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "subscribe", abstract: "Subscribe a vendor to the mails about its own uploads.",
            discussion: """
                Needs CATALOG_NOTIFY=sns:TOPIC_ARN. SNS asks the address to confirm; a filter keeps mails about other vendors away.

                Example: catalog vendor subscribe VEND001
                """)

        @Argument(help: "The vendor.")
        var id: String

        @Option(help: "An address other than the registered one.")
        var email: String?

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }
        var changesOthers: Bool { true }

        func run() async throws {
            let composition = try Composition()
            guard let topic = composition.settings.notifier.topic else {
                throw CommandFailure("vendors subscribe to an SNS topic: set CATALOG_NOTIFY to sns:TOPIC_ARN")
            }
            let vendor = try await composition.withConnection { connection in
                try await connection.run { try $0.vendor(id) }
            }
            guard let vendor else { throw CommandFailure("no vendor '\(id)': catalog vendor list shows all") }
            let address = email ?? vendor.email
            let subscription = try await composition.cloud.topics().subscribe(
                topic: topic, protocolName: "email", endpoint: address,
                filterPolicy: TopicNotifier.filterPolicy(vendorID: id))
            try await composition.recordAction()
            if json { return try JSONOutput.print(["vendorId": id, "email": address, "subscription": subscription]) }
            print("\(address) is subscribed to the mails of \(id): \(subscription)")
        }
    }

    struct Token: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "token",
            abstract: "Make a bearer token with which a vendor uploads over HTTP; it is shown once.",
            discussion: "Example: TOKEN=$(catalog vendor token VEND001 --description 'nightly export')")

        @Argument(help: "The vendor.")
        var id: String

        @OptionGroup var options: TokenOptions

        var actionObject: String? { nil }

        func run() async throws { try await options.make(.vendor, id) }
    }

    private static func setStatus(_ id: String, _ status: Vendor.Status, json: Bool) async throws {
        let isKnown = try await Composition().withConnection { connection in
            try await connection.transaction { try $0.setVendorStatus(id, status) }
        }
        guard isKnown else { throw CommandFailure("no vendor '\(id)': catalog vendor list shows all") }
        if json { return try JSONOutput.print(["vendorId": id, "status": status.rawValue]) }
        print("vendor \(id) is \(status.rawValue)")
    }
}
