import Catalog
import HTTPTypes
import Hummingbird
import Ingest
import NIOCore
import Postgres

/// `/template.csv` and `/template.xlsx`: a product file to fill in.
struct TemplateRoutes: Sendable {
    let database: APIDatabase

    var endpoints: [Endpoint] {
        [
            endpoint("csv", "Our columns and a row as an example, as CSV."),
            endpoint(
                "xlsx", "The same as a workbook, with the approved categories to choose from and every rule explained."
            ),
        ]
    }

    private func endpoint(_ ending: String, _ summary: String) -> Endpoint {
        Endpoint(
            method: .get, path: "/template.\(ending)", summary: summary,
            answers: [.init(.ok, .text(ending == "csv" ? "text/csv" : ReportFiles.workbookType), "The file.")]
        ) { call in try await response(ending, call) }
    }

    /// - Parameter ending: csv or xlsx.
    func response(_ ending: String, _ call: Call) async throws -> Response {
        let categories = try await database.read(as: call.identity, CategoryReads.active) { rows in
            try rows[0].map { try $0.get("category_name", as: String.self) }
        }
        let template = ProductTemplate(categories: categories)
        let bytes = ending == "csv" ? template.csv : template.workbook
        return Response(
            status: .ok,
            headers: [
                .contentType: ending == "csv" ? "text/csv; charset=utf-8" : ReportFiles.workbookType,
                .contentDisposition: "attachment; filename=\"products.\(ending)\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
