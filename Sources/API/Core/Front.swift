import HTTPTypes
import Hummingbird
import Jobs
import Logging
import Postgres

/// What every request meets first and every answer last: errors become problems, headers are set, the answer is counted and
/// logged.
struct Front: RouterMiddleware {
    let metrics: HTTPMetrics
    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let begin = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, request, context).response
        }
        response.headers.append(contentsOf: Self.headers)
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.requestID] = context.id
        let took = ContinuousClock.now - begin
        metrics.count(
            method: request.method.rawValue, path: context.route, status: Int(response.status.code), took: took)
        log(request, context, response.status, took)
        return response
    }

    /// What a browser, should one come by, must not do with answers.
    private static let headers: HTTPFields = [
        .xContentTypeOptions: "nosniff", .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        .referrerPolicy: "no-referrer",
    ]

    private func answer(to error: any Error, _ request: Request, _ context: APIContext) -> Problem {
        if let problem = Problem(error) { return problem }
        // Whose fault it is, the log tells; whether another try helps, the caller is told.
        logger.error(
            "http.failed",
            metadata: [
                "request_id": "\(context.id)", "method": "\(request.method)", "path": "\(context.route)",
                "error": "\(error)",
            ])
        if let error = error as? PostgresError, error.isConnectionLoss || error.isCancelled {
            return Problem(
                .unavailable, "the database did not answer in time: try again, or ask for less", retryAfter: 5)
        }
        return error is IssuerUnavailable
            ? Problem(.unavailable, "the issuer of the token cannot be asked now: try again", retryAfter: 5)
            : Problem(
                .internalError,
                "this service could not do it now: try again; its log has the reason under \(context.id)")
    }

    /// The route, not the path: a path may hold a secret, and a query anything.
    private func log(_ request: Request, _ context: APIContext, _ status: HTTPResponse.Status, _ took: Duration) {
        logger.info(
            "http.request",
            metadata: [
                "request_id": "\(context.id)", "method": "\(request.method)", "path": "\(context.route)",
                "caller": "\(context.caller.subject)", "status": "\(status.code)", "ms": "\(Int(took.seconds * 1000))",
            ])
    }
}

extension APIContext {
    /// The path as it was declared, for logs and metrics.
    var route: String { endpointPath ?? "unknown" }
}

extension HTTPField.Name {
    static let requestID = Self("X-Request-Id")!
    static let referrerPolicy = Self("Referrer-Policy")!
}
