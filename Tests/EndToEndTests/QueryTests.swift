import Foundation
import Postgres
import TestSupport
import Testing

/// The ready-made questions in sql/queries.
@Suite(.timeLimit(.minutes(15))) struct QueryTests {
    @Test("Every question runs in psql with the variables its header names, and the data answers it")
    func all() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let header = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"
            let first = try catalog.folder.write(header + "P1,N,Audio,S1,1,1\nP2,N,Audio,S2,x,1\n", to: "first.csv")
            let second = try catalog.folder.write(header + "P1,N,Audio,S1,2,1\n", to: "second.csv")
            let partial = try await catalog.ingest(first)
            let update = try await catalog.ingest(second, "--mode", "upsert")
            _ = try await catalog.ingest(second, "--mode", "upsert")
            _ = try await catalog.rows("update catalog.products set stock_quantity = 7 returning 1")
            let values = [
                "vendor": "V001", "product": "P1", "from": "2020-01-01", "to": "2100-01-01", "status": "partial",
                "days": "30", "moment": "2100-01-01", "event": "file.read", "object": "V001",
            ]
            let files = try FileManager.default.contentsOfDirectory(atPath: Project.file("sql/queries"))
                .filter { $0.hasSuffix(".sql") }
            #expect(files.count >= 8)
            for file in files {
                let text = try String(contentsOfFile: Project.file("sql/queries/\(file)"), encoding: .utf8)
                let names =
                    text.split(separator: "\n").first { $0.hasPrefix("-- Variables: ") }
                    .map { $0.dropFirst("-- Variables: ".count).split(separator: ", ").map(String.init) } ?? []
                let upload = file.hasPrefix("price_changes") ? update.uploadId : partial.uploadId
                let variables = names.flatMap { ["-v", "\($0)=\($0 == "upload" ? upload : values[$0] ?? "unknown")"] }
                let question =
                    ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-f", Project.file("sql/queries/\(file)")] + variables
                let outcome = try await catalog.run(question + ["-At"])
                #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(file): \(outcome.error)")
                let table = try await catalog.run(question, setting: ["PGTZ": "Asia/Tokyo"])
                let widest = table.output.split(separator: "\n").map(\.count).max() ?? 0
                #expect((40...120).contains(widest), "\(file): \(table.output)")
                #expect(!table.output.contains("+09"), "\(file): \(table.output)")
            }
        }
    }

    @Test("Who changed this price? The history names uploads and people")
    func price() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let header = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"
            let file = try catalog.folder.write(header + "P1,N,Audio,S1,1,1\n", to: "first.csv")
            let upload = try await catalog.ingest(file)
            try await catalog.succeed("psql", "-c", "update catalog.products set price = 9")
            let answer = try await catalog.succeed(
                "psql", "-X", "-At", "-f", Project.file("sql/queries/who_changed_this_price.sql"), "-v", "vendor=V001",
                "-v", "product=P1")
            let source = try await catalog.succeed(
                "psql", "-X", "-At", "-f", Project.file("sql/queries/source_of_price.sql"), "-v", "vendor=V001", "-v",
                "product=P1")
            let sum = try await Subprocess.run("/usr/bin/env", ["sha256sum", file]).output.prefix(16)
            #expect(source.contains("|1.00|first.csv|2|\(sum)|os:"), "\(source)")
            #expect(source.contains("|9.00||||database user postgres|"), "\(source)")
            let lines = answer.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false) }
            #expect(lines.map { $0[1] } == ["1.00", "9.00"])
            #expect(
                lines[0][2] == upload.uploadId && lines[0][3] == "2" && lines[0][5] == "database user postgres"
                    && lines[1][2] == "")
        }
    }
}
