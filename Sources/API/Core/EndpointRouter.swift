import Catalog
import Enrichment
import HTTPTypes
import Hummingbird
import Jobs
import Postgres

/// Puts endpoints into the router, each behind the same door: who calls, how often, with what.
struct EndpointRouter: Sendable {
    let authenticator: Authenticator
    /// nil has no pages.
    let pages: PageDoor?
    let limiter: RequestLimiter
    let idempotency: Idempotency
    /// Whether what staff reads stands in `audit.actions`, too.
    let recordsReads: Bool

    func add(_ endpoints: [Endpoint], to router: Router<APIContext>) {
        for endpoint in endpoints {
            for method in endpoint.methods {
                router.on(endpoint.routerPath, method: method) { request, context in
                    try await answer(endpoint, request, context)
                }
            }
        }
        for (_, siblings) in Dictionary(grouping: endpoints, by: { $0.routerPath.description }) {
            refuseOtherMethods(siblings, router)
        }
    }

    private func answer(_ endpoint: Endpoint, _ request: Request, _ context: APIContext) async throws -> Response {
        let identity = try await admit(endpoint, request, context)
        let call = Call(
            request: request, context: context, identity: identity, values: try endpoint.values(of: request, context))
        return try await TransactionContext.$current.withValue(call.attribution(endpoint).context) {
            try await answer(call, endpoint)
        }
    }

    private func answer(_ call: Call, _ endpoint: Endpoint) async throws -> Response {
        try await recordRead(call, endpoint)
        let identity = call.identity
        // Keys belong to their caller: nobody known has none.
        guard endpoint.method == .post, identity.role != nil, let key = endpoint.idempotencyKey(of: call) else {
            return try await endpoint.answer(call)
        }
        return try await idempotency.answer(call, endpoint, key: key)
    }

    /// Before anything is shown: what cannot be recorded is not read.
    private func recordRead(_ call: Call, _ endpoint: Endpoint) async throws {
        guard recordsReads, endpoint.method == .get, let role = call.identity.role, role != .vendor else { return }
        try await idempotency.pool.transaction { session in
            _ = try session.recordAction(
                "\(call.request.method) \(endpoint.path)", object: endpoint.object(of: call), isChange: true)
        }
    }

    /// - Throws: `Problem`.
    private func admit(
        _ endpoint: Endpoint, _ request: Request, _ context: APIContext
    ) async throws -> Identity {
        if endpoint.door == .page { try pages?.requireSameSite(request) }
        guard case .roles(let roles) = endpoint.access else { return .anybody }
        let identity =
            switch endpoint.door {
            case .api: try await authenticator.identify(request.headers[.authorization])
            case .page: try await pages?.identify(request) ?? .anybody
            }
        context.caller.subject = identity.subject
        guard let role = identity.role else {
            throw Problem(.unauthenticated, "authentication required: send 'Authorization: Bearer cat_…'")
        }
        if let seconds = limiter.wait(identity.subject) {
            throw Problem(.tooManyRequests, "too many requests: wait \(seconds) s", retryAfter: seconds)
        }
        guard roles.contains(role) else {
            throw Problem(.forbidden, "this needs the role \(roles.map(\.rawValue).joined(separator: " or "))")
        }
        return identity
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .init("QUERY")!,
    ]

    private func refuseOtherMethods(_ endpoints: [Endpoint], _ router: Router<APIContext>) {
        guard let path = endpoints.first?.routerPath else { return }
        let allowed = endpoints.flatMap(\.methods)
        let list = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        for method in Self.methods where !allowed.contains(method) {
            router.on(path, method: method) { _, _ -> Response in
                throw Problem(.methodNotAllowed, "this path supports \(list)", headers: [.allow: list])
            }
        }
    }
}

extension Call {
    /// Who asked. Somebody unknown, who may have a secret in the path, is named after the route.
    fileprivate func attribution(_ endpoint: Endpoint) -> Attribution {
        Attribution(
            actor: identity.role == nil ? "anybody: \(endpoint.method) \(endpoint.path)" : identity.subject,
            requestID: context.work.requestID)
    }
}

extension HTTPField.Name {
    static let idempotencyKey = Self("Idempotency-Key")!
    static let idempotencyReplayed = Self("Idempotency-Replayed")!
}
