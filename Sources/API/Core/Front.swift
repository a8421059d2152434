import HTTPTypes
import Hummingbird
import Jobs
import Logging

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
        metrics.count(request.method, context.route, Int(response.status.code), took: took)
        log(request, context, response.status, took)
        return response
    }

    /// What a browser, should one come by, must not do with answers.
    private static let headers: HTTPFields = [
        .xContentTypeOptions: "nosniff", .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        .referrerPolicy: "no-referrer",
    ]

    /// Whose fault a failure is, the log tells; whether another try helps, the caller is told.
    private func answer(to error: any Error, _ request: Request, _ context: APIContext) -> Problem {
        let problem = Problem(error)
        // Whoever throws a problem has told the log what it needs to know.
        guard problem.status.code >= 500, !(error is Problem) else { return problem }
        logger.log(
            level: problem.kind == .unavailable ? .warning : .error, "http.failed",
            metadata: [
                "request_id": "\(context.id)", "method": "\(request.method)", "path": "\(context.route)",
                "error": "\(error)",
            ])
        return problem
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
