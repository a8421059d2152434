import Catalog
import Enrichment
import Foundation
import HTTPTypes
import Hummingbird
import Ingest
import Intake
import NIOCore
import Postgres
import Storage
import Text

/// `/enrichment`, and `/process` with `/status`, which are the same by other names.
struct EnrichmentRoutes: Sendable {
    /// Of a list in the body; a larger one is announced.
    private static let inlineLimit = 10 * 1024 * 1024
    static let listTypes = ["application/json", "text/csv", "application/x-ndjson", "application/gzip"]
    private static let requestID = Input("requestId", .text(atMost: 36), "The request.")

    let resources: EnrichmentResources
    let announced: AnnouncedEnrichments
    let pool: Pool
    let database: APIDatabase
    let maximumFileBytes: Int
    /// Where callers reach this service, without a slash at the end; nil leaves the host to them.
    let publicURL: String?

    var endpoints: [Endpoint] {
        [
            add("/enrichment"), add("/process"), estimate, list, show("/enrichment/{requestId}"),
            show("/status/{requestId}"),
            cancel, retry, put, file,
        ]
    }

    private func add(_ path: String) -> Endpoint {
        Endpoint(
            method: .post, path: path,
            summary:
                "Enrich a list: as the body, at most 10 MB; or announce it with upload=true and PUT it at uploadUrl.",
            access: .operators, query: Self.inputs, body: .stream(Self.listTypes, json: []),
            answers: [
                .init(.accepted, .object(.enrichment), "Accepted."),
                .init(.ok, .object(.enrichment), "The same list was sent before: this is the earlier request."),
                .init(.created, .object(.enrichment), "Announced: PUT the list to uploadUrl."),
            ]
        ) { call in
            try await reading(call, Self.inputs) { order in
                ActionRecord.name(order.new.requestID)
                if let url = order.new.callbackURL { try resources.callbacks.check(url) }
                if order.isAnnouncement { return try await announce(order, call) }
                return try await accept(order, call)
            }
        }
    }

    /// Reads what is asked for; what cannot be is a problem of the caller.
    func reading(
        _ call: Call, _ inputs: [Input], _ body: (EnrichmentOrder) async throws -> Response
    ) async throws -> Response {
        do {
            return try await body(try await EnrichmentOrder(call, inputs, limit: Self.inlineLimit))
        } catch let failure as EnrichmentFailure {
            throw Problem(.invalidBody, failure.description)
        } catch let error as ObjectTooLarge {
            throw Problem(.tooLarge, "the list has more than \(error.limit) bytes: announce it with upload=true")
        }
    }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/enrichment", summary: "Requests, newest first.", access: .staff,
            query: [
                Input("status", .choice(EnrichmentStatus.allCases.map(\.rawValue)), "Only these."), .cursor(2), .limit,
            ],
            answers: [.init(.ok, .page(.enrichmentSummary), "A page of requests.")]
        ) { call in
            let limit = call.limit
            return .json(
                try await database.read(as: call.identity, EnrichmentReads.page(call.values, limit: limit + 1)) {
                    Call.page($0[0], .enrichmentSummary, limit: limit, key: 2)
                })
        }
    }

    private var cancel: Endpoint {
        Endpoint(
            method: .delete, path: "/enrichment/{requestId}",
            summary: "Cancel a request: what has not begun is not begun; a retry goes on.",
            access: .operators, pathInputs: [Self.requestID], answers: [.init(.ok, .object(.enrichment), "Cancelled.")]
        ) { call in
            try await change(call) { session, requestID in
                guard try session.cancelEnrichment(requestID, because: "Cancelled over HTTP.") else {
                    throw Problem(.conflict, "the request is over: it cannot be cancelled")
                }
            }
        }
    }

    private var retry: Endpoint {
        Endpoint(
            method: .post, path: "/enrichment/{requestId}/retry",
            summary: "Go on with a request that is partial, failed or cancelled: only what is missing is asked for.",
            access: .operators, pathInputs: [Self.requestID], answers: [.init(.ok, .object(.enrichment), "It goes on.")]
        ) { call in
            try await change(call) { session, requestID in
                do {
                    _ = try session.retryEnrichment(requestID)
                } catch let failure as EnrichmentFailure {
                    throw Problem(.conflict, failure.description)
                }
            }
        }
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (Session, String) throws -> Void
    ) async throws -> Response {
        let requestID = call.path("requestId")
        return try await database.answer(for: call) { session in
            guard let request = try session.enrichment(requestID) else { throw Problem.noSuch("request", requestID) }
            try body(session, request.requestID)
            let changed = try session.enrichment(request.requestID) ?? request
            return .json(EnrichmentAnswer.json(changed, usage: try session.enrichmentUsage(request.requestID)), .ok)
        }
    }

    private func show(_ path: String) -> Endpoint {
        Endpoint(
            method: .get, path: path, summary: "A request: its progress, and where its result is.", access: .staff,
            pathInputs: [Self.requestID], answers: [.init(.ok, .object(.enrichment), "The request.")]
        ) { call in .json(try await answer(call, try await request(call))) }
    }

    private var put: Endpoint {
        Endpoint(
            method: .put, path: "/enrichment/{requestId}/content",
            summary: "Upload the bytes of an announced list; the same bytes again change nothing.",
            access: .operators, pathInputs: [Self.requestID], body: .stream(Self.listTypes, json: []),
            answers: [.init(.accepted, .object(.enrichment), "Accepted.")]
        ) { call in
            do {
                let received = try await call.receive(limit: maximumFileBytes)
                guard try await announced.fill(call.path("requestId"), with: received) else {
                    throw Problem(.notFound, "no announced request waits for a list under this id")
                }
            } catch is OtherBytesTaken {
                throw Problem(.conflict, "another list came for this request first: announce this one as its own")
            } catch let error as ObjectTooLarge {
                throw Problem(.tooLarge, "the list has more than \(error.limit) bytes: split it")
            }
            return .json(try await answer(call, try await request(call)), .accepted)
        }
    }

    private var file: Endpoint {
        Endpoint(
            method: .get, path: "/enrichment/{requestId}/file", summary: "The result.", access: .staff,
            pathInputs: [Self.requestID],
            answers: [
                .init(.ok, .text("application/octet-stream"), "The result."), .init(.found, .empty, "Where it is."),
            ]
        ) { call in
            let request = try await request(call)
            guard request.hasOutput else {
                throw Problem(.conflict, "the result is not written yet: the request is \(request.status.rawValue)")
            }
            return try await ReportFiles(store: resources.output).response(call, request.outputKey)
        }
    }

    // MARK: What they share

    private func accept(_ order: EnrichmentOrder, _ call: Call) async throws -> Response {
        let spool = try await ContactSpool.read(
            order.list, limits: resources.limits, encoding: order.new.options.encoding)
        let base = call.base(publicURL)
        let outcome = try await create(order.new, spool, call, base)
        let (requestID, status): (String, HTTPResponse.Status) =
            switch outcome {
            case .created(let requestID): (requestID, .accepted)
            case .same(let requestID): (requestID, .ok)
            }
        guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
            throw Problem.noSuch("request", requestID)
        }
        guard request.hasOutput else { return Self.accepted(request, base, status).response }
        return .json(
            try await answer(call, request, "Request accepted"), status, [.location: "/enrichment/\(requestID)"])
    }

    /// An earlier request for the same is the answer, as long as its result is there.
    private func create(
        _ new: NewEnrichment, _ spool: ContactSpool, _ call: Call, _ base: String
    ) async throws -> EnrichmentPipeline.Outcome {
        func create(reusing: Bool) async throws -> EnrichmentPipeline.Outcome {
            try await EnrichmentPipeline(resources: resources).create(
                new, spool, reusing: reusing, fence: { try call.holdKey($0) },
                finish: { try call.keep(Self.accepted($1, base), $0) })
        }
        // Who waits to be called back is called back.
        let outcome = try await create(reusing: new.callbackURL == nil)
        guard case .same(let requestID) = outcome, let earlier = try await pool.run({ try $0.enrichment(requestID) })
        else { return outcome }
        return try await resources.hasResult(earlier) ? outcome : create(reusing: false)
    }

    private func announce(_ order: EnrichmentOrder, _ call: Call) async throws -> Response {
        // Who asks for what nobody gives is told now, not after the upload.
        try await EnrichmentPipeline(resources: resources).check(order.new.options)
        let base = call.base(publicURL)
        let link = try await announced.announce(
            order.new, fence: { try call.holdKey($0) },
            finish: { try call.keep(Self.announced($1, $2, base), $0) })
        let requestID = order.new.requestID
        guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
            throw Problem.noSuch("request", requestID)
        }
        return Self.announced(request, link, base).response
    }

    private static func accepted(
        _ request: EnrichmentRequest, _ base: String, _ status: HTTPResponse.Status = .accepted
    ) -> Answer {
        .json(
            EnrichmentAnswer.json(
                request, message: "Request accepted", downloadURL: "\(base)/enrichment/\(request.requestID)/file"),
            status, [.location: "/enrichment/\(request.requestID)"])
    }

    private static func announced(_ request: EnrichmentRequest, _ link: UploadLink?, _ base: String) -> Answer {
        let url = link?.url ?? "\(base)/enrichment/\(request.requestID)/content"
        return .json(
            EnrichmentAnswer.json(
                request, message: "Request accepted", downloadURL: "\(base)/enrichment/\(request.requestID)/file",
                uploadURL: url, expiresAt: link?.expiresAt.formatted(.timestamp)),
            .created, [.location: "/enrichment/\(request.requestID)"])
    }

    private func request(_ call: Call) async throws -> EnrichmentRequest {
        let requestID = call.path("requestId")
        guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
            throw Problem.noSuch("request", requestID)
        }
        return request
    }

    private func answer(_ call: Call, _ request: EnrichmentRequest, _ message: String? = nil) async throws -> ByteBuffer
    {
        let requestID = request.requestID
        let usage = try await pool.run { try $0.enrichmentUsage(requestID) }
        guard request.hasOutput else { return EnrichmentAnswer.json(request, message: message, usage: usage) }
        let link = try await resources.output.link(to: request.outputKey).url
        let url = link.hasPrefix("http") ? link : "\(call.base(publicURL))/enrichment/\(request.requestID)/file"
        return EnrichmentAnswer.json(request, message: message, downloadURL: url, usage: usage)
    }
}
