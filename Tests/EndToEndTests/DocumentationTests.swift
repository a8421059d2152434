import Foundation
import Postgres
import TestSupport
import Testing

/// What the documentation tells people to type does what it says.
@Suite(.timeLimit(.minutes(5))) struct DocumentationTests {
    /// A session of a page, and what a reader has before it.
    struct Session: Sendable, CustomTestStringConvertible {
        var page, name: String
        var migrated = true
        var prepare: @Sendable (CatalogBinary) async throws -> Void = { _ in }

        var testDescription: String { "\(page): \(name)" }
    }

    private static let sessions = [
        Session(page: "README.md", name: "first-file") { try $0.write("acme.csv", of: "docs/quickstart.md") },
        Session(page: "docs/guides/mappings.md", name: "mappings") { catalog in
            try await catalog.addVendor("ACME")
            try await catalog.succeed("category", "add", "Home")
            _ = try catalog.folder.write(shopify, to: "shopify.csv")
            try catalog.write("lager.json", of: "docs/guides/mappings.md")
            let stock = "Artikelnummer;EAN;Bezeichnung;Preis;Lager\n17;4006381333931;Lampe;24,90;auf Lager\n"
            _ = try catalog.folder.write(stock, to: "lager.csv")
        },
        Session(page: "docs/guides/sql-cookbook.md", name: "cookbook") { try await $0.loadExample() },
        Session(page: "docs/guides/undo.md", name: "undo") { try await $0.loadExample() },
        Session(page: "docs/guides/rules.md", name: "rules") { catalog in
            try await catalog.addVendor("ACME")
            let row = "P1,Radio,Audio,ACME-1,19.90,5,Acme\n"
            _ = try catalog.folder.write(
                "vendor_product_id,product_name,category,sku,price,stock_quantity,brand\n" + row, to: "acme.csv")
        },
        Session(page: "docs/guides/attributes.md", name: "attributes") { catalog in
            try await catalog.addVendor("ACME")
            try await catalog.succeed("category", "add", "Home")
            try catalog.write("lamps.csv", of: "docs/guides/attributes.md")
        },
        Session(page: "docs/guides/json.md", name: "json") { catalog in
            try await catalog.addVendor("ACME")
            try await catalog.succeed("category", "add", "Home")
            for name in ["products.jsonl", "items.json", "items-mapping.json"] {
                try catalog.write(name, of: "docs/guides/json.md")
            }
        },
        Session(page: "docs/guides/export.md", name: "export") { try await $0.loadExample() },
        Session(page: "docs/guides/change-feed.md", name: "changes") { try await $0.loadExample() },
        Session(page: "docs/guides/s3-events.md", name: "routes"),
        Session(page: "docs/guides/http-api.md", name: "vendor-token") { try await $0.addVendor("VEND001") },
        Session(page: "docs/guides/enrichment.md", name: "enrichment-sql"),
        Session(page: "docs/guides/enrichment.md", name: "enrichment-forget"),
        Session(page: "docs/guides/enrichment.md", name: "enrichment-mapping"),
        Session(page: "docs/guides/enrichment.md", name: "enrichment-estimate") { try $0.copyContacts() },
        Session(page: "docs/guides/enrichment.md", name: "enrichment-requests") { try $0.copyContacts() },
        Session(page: "docs/guides/providers.md", name: "providers") {
            try $0.write("crm.json", of: "docs/guides/providers.md")
        },
        Session(page: "docs/guides/providers.md", name: "naics") { catalog in
            _ = try catalog.folder.write(naicsCodes, to: "naics_2022.csv")
            _ = try catalog.folder.write(naicsIndex, to: "2022_NAICS_Index_File.csv")
        },
        Session(page: "docs/operations/systemd.md", name: "own-postgresql", migrated: false),
        Session(page: "docs/operations/systemd.md", name: "service-setup") { catalog in
            try FileManager.default.copyItem(
                atPath: Project.file("examples/categories.csv"), toPath: catalog.folder.file("categories.csv"))
        },
        Session(page: "docs/operations/upgrading.md", name: "own-postgresql", migrated: false),
        Session(page: "docs/operations/own-postgresql.md", name: "vendor-query") {
            try await $0.loadExample("VEND002")
        },
        Session(page: "docs/operations/queue.md", name: "jobs"),
        Session(page: "docs/operations/retention.md", name: "retention"),
    ]

    /// Those that other tests run, beside what they need.
    private static let elsewhere: Set<String> = [
        "docs/guides/http-api.md: vendor-session", "docs/guides/enrichment.md: enrichment-session",
        "docs/guides/relay.md: relay", "docs/quickstart.md: quickstart",
        "docs/operations/embedded-postgresql.md: embedded", "docs/operations/own-postgresql.md: own-postgresql",
        "docs/operations/own-postgresql.md: own-postgresql-roles",
    ]

    @Test("Every session of every page is run by a test")
    func complete() throws {
        let documented = try DocumentedPage.all().flatMap { page in page.sessions.map { "\(page.path): \($0)" } }
        #expect(Set(documented) == Self.elsewhere.union(Self.sessions.map(\.testDescription)))
    }

    @Test("A session works as it stands", arguments: sessions)
    func works(session: Session) async throws {
        try await CatalogBinary.with(migrated: session.migrated) { catalog in
            try await session.prepare(catalog)
            try await catalog.type(session.name, of: session.page)
        }
    }

    @Test("Database, login, migrations and grant of your own PostgreSQL, in the order of the page")
    func ownPostgreSQL() async throws {
        let page = "docs/operations/own-postgresql.md"
        try await CatalogBinary.with(migrated: false) { catalog in
            // The cluster is shared with other tests.
            let suffix = "_\(UInt32.random(in: 0 ... .max))"
            let unique = { (script: String) in
                script.replacing(/\b(shop|onboarding)\b/) { "\($0.output.1)\(suffix)" }
            }
            try await catalog.type("own-postgresql-roles", of: page, unique)
            try await catalog.type("own-postgresql", of: page, unique)
            _ = try await catalog.rows("drop database \(raw: "shop\(suffix)")")
            #expect(try await catalog.value("select count(*) from migrations.applied") != "0")
            _ = try await catalog.rows("drop role \(raw: "onboarding\(suffix)")")
        }
    }

    @Test("The quickstart from an empty folder to the corrected upload, and what it shows of it")
    func quickstart() async throws {
        let page = try DocumentedPage("docs/quickstart.md")
        let folder = try TemporaryFolder()
        for file in page.files { _ = try folder.write(file.text, to: file.name) }
        let outcome = try await embedded(page.script("quickstart"), in: folder)
        #expect(outcome.status == 0, "\(outcome.error)\n\(outcome.output)")
        #expect(outcome.output.contains("DUPLICATE_SKU 1, INVALID_CATEGORY 1, INVALID_PRICE 1, MALFORMED_ROW 1"))
        let text = try String(contentsOfFile: Project.file(page.path), encoding: .utf8)
        let reports = try FileManager.default.contentsOfDirectory(atPath: folder.file(".catalog/objects/errors/ACME"))
        let rejected = try #require(reports.first { $0.hasSuffix("_rejected.csv") })
        let lines = try String(
            contentsOfFile: folder.file(".catalog/objects/errors/ACME/\(rejected)"), encoding: .utf8)
        for line in lines.split(whereSeparator: \.isNewline) {
            #expect(text.contains(line.trimmingPrefix("\u{FEFF}")), "\(line)")
        }
    }

    @Test("The embedded database as its page shows it")
    func embeddedDatabase() async throws {
        let folder = try TemporaryFolder()
        let script = try DocumentedPage("docs/operations/embedded-postgresql.md").script("embedded")
        let outcome = try await embedded(script, in: folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        let backup = try String(contentsOfFile: folder.file("backup.sql"), encoding: .utf8)
        #expect(backup.contains("CREATE TABLE catalog.products"))
    }

    @Test("The generated pages are what the binary and its database say")
    func generated() async throws {
        try await CatalogBinary.with { catalog in
            let outcome = try await Subprocess.run(
                "/usr/bin/env",
                ["python3", Project.file("scripts/documentation/generate.py"), Project.binary("catalog"), "--check"],
                environment: ["CATALOG_DATABASE_URL": catalog.conninfo, "PYTHONDONTWRITEBYTECODE": "1"])
            #expect(outcome.status == 0, "run: make docs\n\(outcome.output)\(outcome.error)")
        }
        func page(_ name: String) throws -> String {
            try String(contentsOfFile: Project.file("docs/\(name)"), encoding: .utf8)
        }
        // A command with others below it has options of its own, a null is called null, and every member is explained.
        #expect(try page("reference/cli.md").contains("catalog demo [--examples EXAMPLES] [--portal]"))
        #expect(try page("man/catalog-demo.1").contains(#"\fB\-\-portal\fR"#))
        let routes = try page("reference/routes.md")
        #expect(routes.contains("`clear` or `keep` or null") && !routes.contains("`None`"))
        #expect(!routes.contains(/\|  \|\n/))
    }

    @Test("The demo prints what the README shows of it")
    func demo() async throws {
        try await CatalogBinary.with { catalog in
            let output = try await catalog.succeed("demo", "--examples", Project.file("examples"))
            let readme = try String(contentsOfFile: Project.file("README.md"), encoding: .utf8)
            let excerpt = try #require(readme.firstMatch(of: /```\n(▸ .*?)```/.dotMatchesNewlines())).output.1
            // Times, ids and the path of the examples are never the same.
            let steady = excerpt.split(separator: "\n").filter {
                !$0.contains(#/ in \d|UPLOAD_|^VEND|^catalog |^FILE/#)
            }
            #expect(steady.count > 6)
            for line in steady { #expect(output.contains(line), "\(line)") }
            // Its commands can be pasted.
            #expect(!output.contains("<U+"))
        }
    }

    private func embedded(_ script: String, in folder: TemporaryFolder) async throws -> Subprocess.Outcome {
        let outcome = try await Subprocess.run(
            "/bin/bash", ["-euc", CatalogBinary.prelude(script)], environment: ["PATH": CatalogBinary.path],
            directory: folder.path)
        // Whatever the script did, no server may be left.
        _ = try await Subprocess.run(Project.binary("catalog"), ["postgres", "stop"], directory: folder.path)
        return outcome
    }

    private static let shopify = """
        Handle,Title,Body (HTML),Vendor,Type,Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Qty,Variant Image,Image Src
        lamp,Lamp,<p>A lamp</p>,Acme,Lighting,L-1,19.90,,3,,https://acme.example/lamp.png
        lamp,,,,,L-2,29.90,,1,,

        """
    private static let naicsCodes = """
        2022 NAICS Code,2022 NAICS Title
        238160,Roofing Contractors

        """
    private static let naicsIndex = """
        NAICS22,INDEX ITEM DESCRIPTION
        238160,Roofing contractors

        """
}

extension CatalogBinary {
    /// Where a reader has the binary.
    static var path: String {
        "\(URL(fileURLWithPath: Project.binary("catalog")).deletingLastPathComponent().path):\(TestCluster.programs):/usr/bin:/bin"
    }

    /// The list that the pages about enrichment begin with.
    fileprivate func copyContacts() throws {
        try FileManager.default.copyItem(
            atPath: Project.file("examples/contacts.csv"), toPath: folder.file("contacts.csv"))
    }

    /// Pages name an upload of another day.
    static func prelude(_ script: String) -> String {
        let newest = "select upload_id from catalog.upload_history order by upload_timestamp desc limit 1"
        return "newest() { catalog psql -XAtc '\(newest)'; }\n"
            + script.replacing(/UPLOAD_\d{8}_\d{6}_[0-9a-f]{6}/, with: "$(newest)")
    }

    /// Types the commands of a session in the folder of the test, with the project's files at hand.
    func type(
        _ session: String, of page: String, _ rewrite: (String) -> String = { $0 }
    ) async throws {
        for name in ["sql", "examples"] where !FileManager.default.fileExists(atPath: folder.file(name)) {
            try FileManager.default.createSymbolicLink(
                atPath: folder.file(name), withDestinationPath: Project.file(name))
        }
        let script = rewrite(Self.prelude(try DocumentedPage(page).script(session)))
        let outcome = try await Subprocess.run(
            "/bin/bash", ["-euc", script], environment: environment.merging(["PATH": Self.path]) { $1 },
            directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.error)\n\(outcome.output)")
    }

    fileprivate func addVendor(_ vendor: String) async throws {
        try await succeed("vendor", "add", vendor, "--name", vendor, "--email", "products@acme.example")
    }

    /// A file that another page has the reader save.
    fileprivate func write(_ name: String, of page: String) throws {
        let file = try #require(try DocumentedPage(page).files.first { $0.name == name })
        _ = try folder.write(file.text, to: name)
    }

    /// The sample file of a vendor, loaded.
    fileprivate func loadExample(_ vendor: String = "VEND001") async throws {
        try await addVendor(vendor)
        try await succeed("category", "import", Project.file("examples/categories.csv"))
        let name = vendor == "VEND001" ? "VEND001_products.csv" : "VEND002_clean.csv"
        _ = try await ingest(Project.file("examples/\(name)"), vendor: vendor)
    }
}
