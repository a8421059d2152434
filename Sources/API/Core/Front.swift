import HTTPTypes
import Hummingbird
import Jobs
import Logging
import Tracing

/// What every request meets first and every answer last: errors become problems, headers are set, the answer is counted and
/// logged.
struct Front: RouterMiddleware {
    let metrics: HTTPMetrics
    /// Makes a page of a problem where the request was for one.
    let page: @Sendable (Problem, Request) -> Response?
    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let begin = ContinuousClock.now
        return await JobContext.withSpan(
            "\(request.method)", .server, of: JobContext(request.headers, orElse: context.id)
        ) { span in
            var context = context
            context.work = JobContext.current
            let response = await respond(request, context, since: begin, next)
            span.operationName = "\(request.method) \(context.route)"
            span.attributes["http.request.method"] = "\(request.method)"
            span.attributes["http.route"] = context.route
            span.attributes["http.response.status_code"] = Int(response.status.code)
            if response.status.code >= 500 { span.setStatus(SpanStatus(code: .error)) }
            return response
        }
    }

    private func respond(
        _ request: Request, _ context: APIContext, since begin: ContinuousClock.Instant,
        _ next: (Request, APIContext) async throws -> Response
    ) async -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let problem = answer(to: error, request, context)
            response = page(problem, request) ?? problem.response
        }
        for field in Self.headers where response.headers[field.name] == nil { response.headers.append(field) }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.requestID] = context.work.requestID
        if request.method == .head { response = response.withoutContent }
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
            metadata: context.work.metadata.merging(
                ["method": "\(request.method)", "path": "\(context.route)", "error": "\(error)"]) { $1 })
        return problem
    }

    /// The route, not the path: a path may hold a secret, and a query anything.
    private func log(_ request: Request, _ context: APIContext, _ status: HTTPResponse.Status, _ took: Duration) {
        logger.info(
            "http.request",
            metadata: context.work.metadata.merging([
                "method": "\(request.method)", "path": "\(context.route)", "caller": "\(context.caller.subject)",
                "status": .stringConvertible(status.code), "ms": .stringConvertible(Int(took.seconds * 1000)),
            ]) { $1 })
    }
}

extension JobContext {
    /// What the caller sent, if it is of the form that it should have; else an id of our own and no trace.
    fileprivate init(_ headers: HTTPFields, orElse id: String) {
        self.init(
            requestID: headers[.requestID].flatMap {
                $0.wholeMatch(of: /[A-Za-z0-9._:\/+=@-]{1,128}/).map { String($0.output) }
            } ?? id,
            // "traceparent Header Field Values", Trace Context. Zeros are no ids.
            traceParent: headers[.traceParent].flatMap {
                $0.wholeMatch(of: /00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/).map {
                    String($0.output)
                }
            })
    }
}

extension APIContext {
    /// The path as it was declared, for logs and metrics.
    var route: String { endpointPath ?? "unknown" }
}

extension HTTPField.Name {
    static let requestID = Self("X-Request-Id")!
    static let traceParent = Self("traceparent")!
    static let referrerPolicy = Self("Referrer-Policy")!
}
