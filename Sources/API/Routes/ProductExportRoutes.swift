import Catalog
import Foundation
import HTTPTypes
import Hummingbird
import Ingest
import Storage
import Text

/// `/products.csv` and `/products.ndjson`: the catalogue as a file that can be uploaded again.
///
/// It is gathered on disk before the first byte leaves: then nothing can fail behind `200 OK`, and who reads slowly holds neither a
/// connection nor a snapshot of the database.
struct ProductExportRoutes: Sendable {
    let database: APIDatabase

    var endpoints: [Endpoint] {
        [
            endpoint(.csv, "text/csv", "Products as CSV, to be kept or uploaded again."),
            endpoint(
                .ndjson, "application/x-ndjson", "The same as JSON lines; members are named as the columns of files."),
        ]
    }

    private func endpoint(_ format: ProductExport.Format, _ type: String, _ summary: String) -> Endpoint {
        Endpoint(
            method: .get, path: "/products.\(format.rawValue)", summary: summary,
            query: [
                Input("vendor", .text(atMost: 50), "Only this vendor's."),
                Input("category", .text(atMost: 100), "Only of this category."),
                .attributes, Input("asOf", .timestamp, "As they were then."),
            ],
            answers: [.init(.ok, .text(type), "All of them, in the order of vendor and the vendor's id.")]
        ) { call in
            Response(
                status: .ok,
                headers: [
                    .contentType: "\(type); charset=utf-8",
                    .contentDisposition: "attachment; filename=\"products.\(format.rawValue)\"",
                ], body: call.isHead ? .notMade : try await body(format, call))
        }
    }

    private func body(_ format: ProductExport.Format, _ call: Call) async throws -> ResponseBody {
        let selection = Self.selection(call.values)
        let file = try await database.readLarge(as: call.identity) { session in
            let file = try TemporaryFile()
            _ = try ProductExport.write(selection, as: format, session, to: file.write)
            return file
        }
        return try await Self.body(file, call)
    }

    private static func selection(_ values: InputValues) -> ProductSelection {
        let moment = values.seconds("asOf").map { Date(timeIntervalSince1970: $0).formatted(.timestamp) }
        return ProductSelection(
            vendorID: values.text("vendor"), category: values.text("category"), asOf: moment,
            attributes: values.attributes)
    }

    private static func body(_ file: TemporaryFile, _ call: Call) async throws -> ResponseBody {
        let body = try await FileIO().loadFile(path: file.path, context: call.context)
        return ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            // Its path leads to the file as long as somebody holds it.
            withExtendedLifetime(file) {}
        }
    }
}
