import HTTPTypes
import Hummingbird
import Ingest
import Postgres

/// `GET /reports/{token}`: leads from a mail to the report in the store.
struct ReportRoutes: Sendable {
    let links: ReportLinks
    let pool: Pool

    var endpoints: [Endpoint] { [follow] }

    private var follow: Endpoint {
        Endpoint(
            method: .get, path: "/reports/{token}", summary: "The error report a mail links to.", access: .anybody,
            pathInputs: [Input("token", .text(atMost: 64), "From the mail.")],
            answers: [.init(.found, .empty, "Where the report is.")]
        ) { call in
            guard let url = try await links.resolve(call.path("token"), isForHead: call.isHead, pool) else {
                throw Problem(
                    .notFound, "the link is unknown or older than 7 days: upload the file again for a new report")
            }
            return Response(status: .found, headers: [.location: url])
        }
    }
}
