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

/// `/enrichment`, and `/process` with `/status`, which are the same by other names.
struct EnrichmentRoutes: Sendable {
    /// Of a list in the body; a larger one is announced.
    private static let inlineLimit = 10 * 1024 * 1024
    private static let listTypes = ["application/json", "text/csv", "application/x-ndjson", "application/gzip"]
    private static let requestID = Input("requestId", .text(atMost: 36), "The request.")

    /// Parameters of the query, or members of the JSON beside `contacts`.
    private static let inputs = [
        Input(
            "providers", .text(atMost: 1000),
            "Providers to ask, in order, separated by commas; the default is all of them."),
        Input("fields", .text(atMost: 100), "contact, company, new_contact, industry; the default is all of them."),
        Input("format", .choice(OutputFormat.allCases.map(\.rawValue)), "Format of the result; the default is csv."),
        Input("gzip", .boolean, "Whether the result is compressed."),
        Input("minConfidence", .text(atMost: 10), "From 0 to 1: a less certain match does not end the search."),
        Input("encoding", .text(atMost: 40), "Of the list, by a name that iconv knows; found if it is not given."),
        Input("upload", .boolean, "true: the list will be uploaded to uploadUrl."),
    ]

    let resources: EnrichmentResources
    let announced: AnnouncedEnrichments
    let pool: Pool
    let maximumFileBytes: Int
    /// Where callers reach this service, without a slash at the end; nil leaves the host to them.
    let publicURL: String?

    var endpoints: [Endpoint] {
        [
            add("/enrichment"), add("/process"), show("/enrichment/{requestId}"), show("/status/{requestId}"), put,
            file,
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
            do {
                let order = try await EnrichmentOrder(call, Self.inputs, limit: Self.inlineLimit)
                ActionRecord.name(order.new.requestID)
                if order.isAnnouncement { return try await announce(order, call) }
                return try await accept(order, call)
            } catch let failure as EnrichmentFailure {
                throw Problem(.invalidBody, failure.description)
            } catch let error as ObjectTooLarge {
                throw Problem(.tooLarge, "the list has more than \(error.limit) bytes: announce it with upload=true")
            }
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
                throw Problem(.notFound, "the result is not written yet: the request is \(request.status.rawValue)")
            }
            return try await ReportFiles(store: resources.output).response(call, request.outputKey)
        }
    }

    // MARK: What they share

    private func accept(_ order: EnrichmentOrder, _ call: Call) async throws -> Response {
        let spool = try await ContactSpool.read(
            order.list, limits: resources.limits, encoding: order.new.options.encoding)
        let outcome = try await EnrichmentPipeline(resources: resources).create(
            order.new, spool, reusing: true, fence: { try call.holdKey($0) },
            finish: { try call.keep(Self.accepted($1), $0) })
        let (requestID, status): (String, HTTPResponse.Status) =
            switch outcome {
            case .created(let requestID): (requestID, .accepted)
            case .same(let requestID): (requestID, .ok)
            }
        guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
            throw Problem.noSuch("request", requestID)
        }
        return .json(try await answer(call, request), status, [.location: "/enrichment/\(requestID)"])
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

    private static func accepted(_ request: EnrichmentRequest) -> Answer {
        .json(EnrichmentAnswer.json(request), .accepted, [.location: "/enrichment/\(request.requestID)"])
    }

    private static func announced(_ request: EnrichmentRequest, _ link: UploadLink?, _ base: String) -> Answer {
        let url = link?.url ?? "\(base)/enrichment/\(request.requestID)/content"
        return .json(
            EnrichmentAnswer.json(request, uploadURL: url), .created, [.location: "/enrichment/\(request.requestID)"])
    }

    private func request(_ call: Call) async throws -> EnrichmentRequest {
        let requestID = call.path("requestId")
        guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
            throw Problem.noSuch("request", requestID)
        }
        return request
    }

    private func answer(_ call: Call, _ request: EnrichmentRequest) async throws -> ByteBuffer {
        guard request.hasOutput else { return EnrichmentAnswer.json(request) }
        let link = try await resources.output.link(to: request.outputKey).url
        let url = link.hasPrefix("http") ? link : "\(call.base(publicURL))/enrichment/\(request.requestID)/file"
        let requestID = request.requestID
        let usage = try await pool.run { try $0.enrichmentUsage(requestID) }
        return EnrichmentAnswer.json(request, downloadURL: url, usage: usage)
    }
}
