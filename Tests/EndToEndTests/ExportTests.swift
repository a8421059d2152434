import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// `catalog export` and `GET /products.csv`, from the outside.
@Suite(.timeLimit(.minutes(10))) struct ExportTests {
    private static func shell(_ script: String, _ catalog: CatalogBinary) async throws -> Subprocess.Outcome {
        try await Subprocess.run(
            "/bin/bash", ["-c", script, Project.binary("catalog")], environment: catalog.environment,
            directory: catalog.folder.path)
    }

    /// More than pipes and sockets hold.
    private static func fill(_ catalog: CatalogBinary) async throws {
        try await catalog.prepare()
        _ = try await catalog.rows(
            """
            insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, description)
            select 'V001', 'P' || n, 'Name', 'Audio', 'S' || n, 1, 1, repeat('x', 1000) from generate_series(1, 20000) n
            """)
    }

    @Test("A file appears when it is whole, and loads again without a change")
    func file() async throws {
        try await CatalogBinary.with { catalog in
            try await Self.fill(catalog)
            let path = catalog.folder.file("out.csv")
            #expect(
                try await catalog.succeed("export", "--vendor", "V001", "--output", path)
                    == "20,000 products are in \(path)\n")
            let line = try await catalog.ingest(path, "--mode", "upsert")
            #expect(line.unchangedRecords == 20000 && line.errorRecords == 0)
            let workbook = catalog.folder.file("out.xlsx")
            try await catalog.succeed("export", "--format", "xlsx", "--output", workbook)
            #expect(try await catalog.ingest(workbook, "--mode", "upsert").unchangedRecords == 20000)

            for (arguments, words) in [
                (["--vendor", "V00X"], "no vendor 'V00X'"), (["--category", "Sport"], "no category 'Sport'"),
                (["--as-of", "yesterdey"], "is no time"), (["--output", "/nowhere/x.csv"], "/nowhere"),
            ] {
                let outcome = try await catalog.run(["export"] + arguments)
                #expect(outcome.status == 1 && outcome.error.contains(words) && outcome.output == "", "\(outcome)")
            }
        }
    }

    @Test("A reader that has had enough ends an export without a word")
    func closedPipe() async throws {
        try await CatalogBinary.with { catalog in
            try await Self.fill(catalog)
            let outcome = try await Self.shell(
                "set -o pipefail; \"$0\" export --format ndjson | head -n 1 | cut -c 1-40", catalog)
            #expect(outcome.status == 0 && outcome.error == "", "\(outcome)")
            #expect(outcome.output == #"{"vendor_id":"V001","vendor_product_id":"# + "\n")
        }
    }

    @Test("Ctrl-C ends an export also while nobody reads, and leaves no file")
    func interrupted() async throws {
        try await CatalogBinary.with { catalog in
            try await Self.fill(catalog)
            // Somebody has the other end of the pipe open and reads nothing.
            let script = "mkfifo p; exec 9<>p; exec \"$0\" export --format csv > p"
            let command = try Subprocess.start(
                "/bin/bash", ["-c", script, Project.binary("catalog")], environment: catalog.environment,
                directory: catalog.folder.path)
            try await catalog.waitForStalledExport()
            command.signal(SIGINT)
            let outcome = try await command.wait()
            #expect(outcome.status == 130 && outcome.error.contains("interrupted"), "\(outcome)")
            try await eventually { try await catalog.value(CatalogBinary.exports) == "0" }
            let names = try FileManager.default.contentsOfDirectory(atPath: catalog.folder.path)
            #expect(!names.contains { $0.hasPrefix(".staged-") }, "\(names)")
        }
    }

    @Test("A vendor exports its own products over HTTP, staff those of all, each as they were at any time")
    func http() async throws {
        try await APIEnvironment.with { api in
            try await api.upload("one", as: "V001")
            try await api.upload("two", as: "V002")
            let own = try await api.call("GET", "/products.csv", as: "V001")
            #expect(own.status == 200 && own.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(own.headers["content-length"] == "\(own.text.utf8.count)")
            #expect(own.text.contains("one-sku-1") && !own.text.contains("two"))
            #expect(
                try await api.call("GET", "/products.csv?vendor=V002", as: "V001").text.split(separator: "\r\n").count
                    == 1)
            let all = try await api.call("GET", "/products.ndjson", as: "auditor")
            let lines = all.text.split(separator: "\n")
            #expect(lines.count == 2 && lines[0].contains(#""price":1.50,"#) && lines[1].contains("two-sku-1"))
            let past = try await api.call("GET", "/products.ndjson?asOf=2020-01-01T00:00:00Z", as: "operator")
            #expect(past.status == 200 && past.text == "", "\(past.text)")
            #expect(try await api.call("GET", "/products.csv?asOf=then").problem == "invalid-parameter")
            #expect(try await api.call("GET", "/products.csv", as: nil).status == 401)

            let before = try await api.service.value("select count(*) from catalog.product_versions")
            let answer = try await api.call("POST", "/uploads?fileName=a.csv&mode=upsert", csv: own.text)
            try await api.end(of: try #require(answer["uploadId"]))
            #expect(try await api.call("GET", "/uploads/\(answer["uploadId"] ?? "")")["unchangedRecords"] == "1")
            #expect(try await api.service.value("select count(*) from catalog.product_versions") == before)
        }
    }
}

extension CatalogBinary {
    fileprivate static let exports: Statement = """
        select count(*) from pg_stat_activity
        where datname = current_database() and query like 'select p.vendor_id, %' and pid <> pg_backend_pid()
          and state = 'active'
        """

    /// Until the server waits for the command to take more.
    fileprivate func waitForStalledExport() async throws {
        try await eventually {
            try await value(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and query like 'select p.vendor_id, %' and wait_event = 'ClientWrite'
                """) == "1"
        }
    }
}
