import Catalog
import Foundation
import Postgres
import Testing

@testable import Ingest

/// Products out of the catalogue and in again.
@Suite(.timeLimit(.minutes(5))) struct ProductExportTests {
    /// Values that something on the way could take for something else. The rows above the others hold all columns.
    private static let hostile = [
        "=1+1", "+49 30", "-1", "@home", "'quoted'", "\"", "a \"b\" c", "a,b;c\td", "two\nlines", "carriage\r\nreturn",
        "00042",
        "4006381333931", "1e5", "4,00639E+12", "0.57999999999999996", "1.50", "TRUE", "null", "#N/A", "_x0041_",
        "&lt;<b>]]>",
        "\u{FEFF}mark", "Größe 日本語 🚲", "e\u{301}", "\u{1}\u{1F}", "\\u0041 \\", "{\"a\": 1}", "[1]", "a;; b", "sep=;",
        "2024-12-21", String(repeating: "x", count: 2000),
    ]

    /// In a workbook a text that is written as an error value is one.
    private static func values(_ format: ProductExport.Format) -> [String] {
        hostile.filter { format != .xlsx || $0 != "#N/A" }
    }

    private static func file(_ values: [String]) -> String {
        let header =
            "vendor_product_id,product_name,category,subcategory,description,sku,brand,price,compare_at_price,stock_quantity"
        let rows = values.enumerated().map { index, value in
            let quoted = "\"\(value.replacing("\"", with: "\"\""))\""
            let short = value.unicodeScalars.count > 50 ? "\"long\"" : quoted
            // Keys have to differ, whatever their case and form.
            return
                "P\(index),\(short),Audio,\(short),\(quoted),\(index == 0 ? "=1+1" : "00\(index)"),\(short),1.50,999999.99,\(index)"
        }
        return ([header] + rows).joined(separator: "\r\n") + "\r\n"
    }

    private func export(
        _ onboarding: Onboarding, _ selection: ProductSelection, as format: ProductExport.Format = .csv
    ) async throws -> [UInt8] {
        try await onboarding.connection.transaction(.readOnlySnapshot) { session in
            var bytes: [UInt8] = []
            _ = try ProductExport.write(selection, as: format, session) { bytes.append(contentsOf: $0) }
            return bytes
        }
    }

    @Test(
        "What was exported changes nothing when it is loaded again, whatever its values are",
        arguments: ProductExport.Format.allCases)
    func hostileValues(format: ProductExport.Format) async throws {
        try await Onboarding.with { onboarding in
            let values = Self.values(format)
            let first = try await onboarding.ingest(text: Self.file(values))
            #expect(first.status == .completed && first.counts.created == values.count, "\(first.messages)")
            let bytes = try await export(onboarding, ProductSelection(vendorID: "V1"), as: format)
            let again = try await onboarding.ingest(bytes: bytes, mode: .upsert)
            #expect(again.counts.unchanged == values.count && again.counts.updated == 0, "\(again.messages)")
            // Into an empty catalogue it gives the same values.
            try await onboarding.execute("update catalog.products set sku = 'old ' || sku")
            let copy = try await onboarding.ingest(bytes: bytes, vendor: "V2")
            #expect(copy.counts.created == values.count, "\(copy.messages)")
            let differences = try await onboarding.value(
                """
                select count(*) from catalog.products a join catalog.products b on a.vendor_product_id = b.vendor_product_id
                where a.vendor_id = 'V1' and b.vendor_id = 'V2'
                  and (a.product_name, a.subcategory, a.description, substr(a.sku, 5), a.brand, a.price, a.compare_at_price, a.stock_quantity)
                      is distinct from
                      (b.product_name, b.subcategory, b.description, b.sku, b.brand, b.price, b.compare_at_price, b.stock_quantity)
                """)
            #expect(differences == "0")
        }
    }

    @Test("A hundred thousand products come back unchanged, row for row")
    func many() async throws {
        try await Onboarding.with { onboarding in
            let count = 100_000
            try await onboarding.execute(
                """
                insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, brand, weight_kg)
                select 'V1', 'P' || n, 'Name, "' || n || '"', 'Audio', lpad(n::text, 8, '0'), n * 0.01 + 1, n % 1000,
                    case when n % 3 = 0 then '=B' || n end, case when n % 7 = 0 then n * 0.001 end
                from generate_series(1, \(count)::integer) n
                """)
            let bytes = try await export(onboarding, ProductSelection(vendorID: "V1"))
            let again = try await onboarding.ingest(bytes: bytes, mode: .upsert)
            #expect(again.counts.total == count && again.counts.unchanged == count, "\(again.counts)")
            #expect(try await onboarding.value("select count(*) from catalog.product_versions") == "0")
        }
    }

    @Test("An export has the products that are asked for, as they were then, in the order of their keys")
    func selections() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P2,N,Audio,S2,2,1", "P1,N,Toys,S1,1.5,1"])
            _ = try await onboarding.ingest(["P1,N,Audio,S3,3,1"], vendor: "V2")
            let moment = try await onboarding.connection.transaction { session in
                _ = try session.tick()
                return try session.first("select clock_timestamp()::text")?[0] ?? ""
            }
            _ = try await onboarding.ingest(["P2,N,Audio,S2,9,1"], mode: .upsert)
            try await onboarding.connection.transaction { _ = try $0.tick() }
            func prices(_ selection: ProductSelection) async throws -> [String] {
                let text = String(decoding: try await export(onboarding, selection), as: UTF8.self)
                return text.split(separator: "\r\n").dropFirst().map {
                    let cells = $0.split(separator: ",", omittingEmptySubsequences: false)
                    return "\(cells[0]) \(cells[1]) \(cells[8]) \(cells.last!)"
                }
            }
            #expect(
                try await prices(ProductSelection())
                    == ["V1 P1 1.50 active", "V1 P2 9.00 active", "V2 P1 3.00 active"])
            #expect(try await prices(ProductSelection(vendorID: "V1", category: "Audio")) == ["V1 P2 9.00 active"])
            #expect(
                try await prices(ProductSelection(category: "Audio", asOf: moment)) == [
                    "V1 P2 2.00 active", "V2 P1 3.00 active",
                ])
            #expect(try await prices(ProductSelection(vendorID: "V3")) == [])
            let lines = try await export(onboarding, ProductSelection(vendorID: "V2"), as: .ndjson)
            #expect(
                String(decoding: lines, as: UTF8.self).hasPrefix(
                    #"{"vendor_id":"V2","vendor_product_id":"P1","product_name":"N","category":"Audio","subcategory":null,"#
                ))
        }
    }
}
