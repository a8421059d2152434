import Tracing

extension HTTPClient {
    /// Does `body` as a span of the work that asks, if that work is traced; a `traceparent` of the request then names this span.
    func traced(
        _ request: HTTPRequest, _ body: (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        guard let work = InstrumentationContext.current else { return try await body(request) }
        return try await withSpan(request.method, context: work, ofKind: .client) { span in
            var request = request
            for index in request.headers.indices {
                InstrumentationSystem.instrument.inject(
                    span.context, into: &request.headers[index], using: HeaderInjector())
            }
            if span.isRecording {
                span.attributes["http.request.method"] = request.method
                span.attributes["server.address"] = URLParts(request.url)?.host
            }
            let response = try await body(request)
            span.attributes["http.response.status_code"] = response.status
            if response.status >= 400 { span.setStatus(SpanStatus(code: .error)) }
            return response
        }
    }
}

/// Changes a header of that name; others stay.
private struct HeaderInjector: Injector {
    func inject(_ value: String, forKey key: String, into header: inout (name: String, value: String)) {
        if header.name.lowercased() == key { header.value = value }
    }
}
