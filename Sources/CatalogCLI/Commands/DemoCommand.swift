import API
import ArgumentParser
import Catalog
import Foundation
import Ingest
import Logging
import Postgres
import Storage
import Tabular

struct DemoCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show the whole main job on the embedded database, with sample files.",
        discussion: """
            Creates vendors and categories, ingests good and bad files, and shows the results: counts, the error report, the
            mail and a few questions in SQL. Run it twice: the second run finds the products unchanged.
            """, subcommands: [DemoContactsCommand.self])

    @Option(help: "Folder of the sample files.", completion: .directory)
    var examples = "examples"

    @Flag(help: "Then run the service, and print a link that opens its pages signed in as the first vendor.")
    var portal = false

    private static let vendors: [(id: String, name: String, file: String)] = [
        ("VEND001", "Northwind Audio", "VEND001_products.csv"),
        ("VEND002", "Clean Home", "VEND002_clean.csv"),
        ("VEND003", "Käse & Größe GmbH", "VEND003_windows1252_semicolons.csv"),
        ("VEND004", "Zip Traders", "VEND004_products.csv.gz"),
        ("VEND005", "Hopeless Imports", "VEND005_hopeless.csv"),
    ]

    var actionObject: String? { nil }

    func run() async throws {
        let folder = URL(fileURLWithPath: examples)
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw CommandFailure(
                "the sample files are not in '\(examples)': run the demo in the folder of the project, or name theirs with "
                    + "--examples")
        }
        let files = try Self.vendors.map { try LocalFile(path: folder.appendingPathComponent($0.file).path) }
        let categories = try LocalFile(path: folder.appendingPathComponent("categories.csv").path)
        var settings = try Settings()
        // Nothing but what is wrong stands below the link.
        if portal { settings.service.logLevel = .warning }
        let composition = try Composition(settings: settings)
        Self.step("A private PostgreSQL, migrated", "catalog psql")
        try await composition.withConnection { connection in
            try await prepare(connection, categories, composition.settings.limits)
            let outcomes = try await Interruption.cancelling(
                Task { try await ingest(files, folder, composition, connection) })
            try await showReport(of: outcomes[0], composition)
            try await Self.ask(connection)
        }
        print(
            "\nNow ask questions of your own: catalog psql, catalog upload list, catalog upload show ID, catalog upload revert ID"
        )
        guard portal else { return print("See it in a browser: catalog demo --portal") }
        try await open(composition)
    }

    /// Runs the service with its pages until it is stopped.
    private func open(_ composition: Composition) async throws {
        let secret = TokenSecret.make()
        let token = NewAPIToken(
            tokenID: secret.tokenID, secretSHA256: secret.sha256, role: .vendor, vendorID: Self.vendors[0].id,
            description: "the demo's link", lifetimeDays: 1)
        try await composition.withConnection { connection in
            _ = try await connection.transaction { try $0.addToken(token) }
        }
        // Behind the mark a browser keeps it to itself.
        print("\nThe portal, signed in as \(Self.vendors[0].name):")
        print("http://\(composition.settings.service.http.address)/sign-in#\(secret.text)")
        print("Ctrl-C ends it.")
        // Into a pipe nothing would be written before the service ends.
        fflush(nil)
        try await ServiceRunner(composition: composition, roles: [.api, .portal, .worker]).run()
    }

    private func prepare(_ connection: Connection, _ file: LocalFile, _ limits: FileLimits) async throws {
        Self.step("Vendors and categories", "catalog vendor add …; catalog category import \(examples)/categories.csv")
        let categories = try CategoryFile(limits: limits).names(in: file).names
        try await connection.transaction { session in
            let known = Set(try session.vendors().map(\.vendorID))
            for vendor in Self.vendors where !known.contains(vendor.id) {
                let email = "uploads@\(vendor.id.lowercased()).example"
                try session.addVendor(Vendor(vendorID: vendor.id, vendorName: vendor.name, email: email))
            }
            _ = try session.addCategories(categories)
        }
        print("\(Self.vendors.count) vendors, \(categories.count) categories")
    }

    private func ingest(
        _ files: [LocalFile], _ folder: URL, _ composition: Composition, _ connection: Connection
    ) async throws -> [IngestOutcome] {
        var outcomes: [IngestOutcome] = []
        for (vendor, file) in zip(Self.vendors, files) {
            Self.step(
                "\(vendor.name) drops a file",
                "catalog ingest \(examples)/\(vendor.file) --vendor \(vendor.id) --mode upsert")
            let ingestion = FileIngestion(
                composition: composition, connection: connection, vendorID: vendor.id, mode: .upsert)
            outcomes.append(try await ingestion.run(folder.appendingPathComponent(vendor.file).path, file))
            print(outcomes.last!.rendered(Style()))
        }
        print(IngestOutcome.table(outcomes))
        return outcomes
    }

    private func showReport(of outcome: IngestOutcome, _ composition: Composition) async throws {
        if let report = outcome.errorReport {
            Self.step("The error report that \(outcome.vendorId) gets", report)
            try Self.show(report, lines: 8)
        }
        guard let folder = composition.settings.notifier.folder else { return }
        let mail = folder.appendingPathComponent("\(outcome.uploadId).eml").path
        Self.step("The mail that \(outcome.vendorId) gets", mail)
        try Self.show(mail, lines: 30)
    }

    private static func ask(_ connection: Connection) async throws {
        for (question, statement) in DemoQueries.questions {
            // On one line, so that it can be pasted into a shell.
            let sql = statement.sql.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            step(question, "catalog psql -c \"\(sql.joined(separator: " "))\"")
            let answer = try await connection.run { session in Table(try session.query(statement)).rendered(Style()) }
            print(answer)
        }
    }

    private static func step(_ title: String, _ command: String) {
        let style = Style()
        print("\n\(style.bold("▸ \(title)"))\n\(style.dim("\(command)"))")
    }

    private static func show(_ path: String, lines: Int) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("\r\n", with: "\n")
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        print(TerminalText(lines: all.prefix(lines).joined(separator: "\n")))
        if all.count > lines + 1 { print(Style().dim("… \(all.count - lines - 1) more lines")) }
    }
}
