import Hummingbird
import Ingest
import Logging
import Postgres

/// `GET /reports/{token}`: leads from a mail to the report in the store.
struct ReportRoutes: Sendable {
    let links: ReportLinks
    let pool: Pool
    let logger: Logger

    func add(to router: Router<BasicRequestContext>) {
        router.get("/reports/:token") { _, context in
            // The route has the parameter.
            let token = context.parameters.get("token") ?? ""
            guard let url = try await resolve(token) else {
                throw HTTPError(
                    .notFound,
                    message: "the link is unknown or older than 7 days: upload the file again for a new report")
            }
            return Response(status: .found, headers: [.location: url, .cacheControl: "no-store"])
        }
    }

    private func resolve(_ token: String) async throws -> String? {
        do {
            return try await links.resolve(token, pool)
        } catch {
            logger.error("report.link.failed", metadata: ["error": "\(error)"])
            throw HTTPError(.serviceUnavailable, message: "the report cannot be reached now: try again later")
        }
    }
}
