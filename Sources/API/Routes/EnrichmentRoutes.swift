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
        Input("providers", .text(atMost: 1000), "Whom to ask, in order, separated by commas; all unless given."),
        Input("fields", .text(atMost: 100), "contact, company, new_contact, industry; all that is known unless given."),
        Input("format", .choice(OutputFormat.allCases.map(\.rawValue)), "Of the result; csv unless given."),
        Input("gzip", .boolean, "Whether the result is compressed."),
        Input("minConfidence", .text(atMost: 10), "From 0 to 1: a match with less does not end the search."),
        Input("upload", .boolean, "true: the list comes later, at uploadUrl."),
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
                .init(.accepted, .object(.enrichment), "Taken."),
                .init(.ok, .object(.enrichment), "The same was asked for before: this is the earlier request."),
                .init(.created, .object(.enrichment), "Announced: put the list at uploadUrl."),
            ]
        ) { call in
            do {
                let order = try await EnrichmentOrder(call, Self.inputs, limit: Self.inlineLimit)
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
            method: .get, path: path, summary: "A request: how far it is, and where its result is.", access: .staff,
            pathInputs: [Self.requestID], answers: [.init(.ok, .object(.enrichment), "The request.")]
        ) { call in .json(try await answer(call, try await request(call))) }
    }

    private var put: Endpoint {
        Endpoint(
            method: .put, path: "/enrichment/{requestId}/content",
            summary: "Upload the bytes of an announced list; the same bytes again change nothing.",
            access: .operators, pathInputs: [Self.requestID], body: .stream(Self.listTypes, json: []),
            answers: [.init(.accepted, .object(.enrichment), "Taken.")]
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
        let spool = try await ContactSpool.read(order.list, limits: resources.limits)
        let outcome = try await EnrichmentPipeline(resources: resources).create(
            order.new, spool, reusing: true, fence: { try call.holdKey($0) })
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
        let link = try await announced.announce(order.new, fence: { try call.holdKey($0) })
        let requestID = order.new.requestID
        guard let request = try await pool.run({ try $0.enrichment(requestID) }) else {
            throw Problem.noSuch("request", requestID)
        }
        let url = link?.url ?? "\(call.base(publicURL))/enrichment/\(requestID)/content"
        return .json(
            EnrichmentAnswer.json(request, uploadURL: url), .created, [.location: "/enrichment/\(requestID)"])
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

/// What a POST asks for: a list in the body, or one to come.
struct EnrichmentOrder {
    let new: NewEnrichment
    let list: ReceivedFile
    let isAnnouncement: Bool

    /// A JSON object holds the list as `contacts` and the rest as further members; any other body is the list itself.
    /// - Throws: `Problem`, `ObjectTooLarge`.
    init(_ call: Call, _ inputs: [Input], limit: Int) async throws {
        var values = call.values
        switch call.request.mediaType {
        case "text/csv", "application/x-ndjson", "application/gzip": list = try await call.receive(limit: limit)
        case "application/json":
            var bytes = Array(try await call.request.body.collect(upTo: limit).readableBytesView)
            if let members = try Self.document(bytes).members {
                values.merge(try Self.values(members, inputs))
                bytes = Array(try JSONEncoder().encode(members["contacts"] ?? .array([])))
            }
            list = try await Self.file(of: bytes, limit: limit)
        case "" where values.boolean("upload") == true: list = try await Self.file(of: [], limit: limit)
        default:
            throw Problem(
                .unsupportedMediaType, "send application/json, text/csv, application/x-ndjson or application/gzip")
        }
        isAnnouncement = values.boolean("upload") ?? false
        new = try Self.request(values)
    }

    private static func file(of bytes: [UInt8], limit: Int) async throws -> ReceivedFile {
        var reception = try FileReception(limit: limit)
        try await reception.take(bytes)
        return reception.finish()
    }

    private static func document(_ bytes: [UInt8]) throws -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw Problem(.invalidBody, "the body is no JSON: send {\"contacts\": [{\"email\": …}]}")
        }
    }

    /// The members that are no contacts, as a query would give them; a list is what commas separate.
    private static func values(_ members: [String: JSONValue], _ inputs: [Input]) throws -> InputValues {
        let pairs = members.filter { $0.key != "contacts" }.sorted { $0.key < $1.key }.compactMap { name, value in
            let text = value.elements.map { $0.compactMap(\.text).joined(separator: ",") } ?? value.text
            return text.map { (name: name, value: $0) }
        }
        return try InputValues(pairs, inputs, "member")
    }

    private static func request(_ values: InputValues) throws -> NewEnrichment {
        var options = EnrichmentOptions()
        options.providers = names(values.text("providers"))
        if let text = values.text("fields") {
            options.groups = try names(text).map { name in
                guard let group = FieldGroup(rawValue: name) else {
                    let known = FieldGroup.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Problem(.invalidParameter, "fields '\(name.prefix(40))': expected some of \(known)")
                }
                return group
            }
        }
        if let text = values.text("minConfidence") {
            guard let number = Double(text), (0...1).contains(number) else {
                throw Problem(.invalidParameter, "minConfidence '\(text)': expected a number from 0 to 1")
            }
            options.minimumConfidence = number
        }
        return NewEnrichment(
            source: .api, options: options, format: values.text("format").flatMap(OutputFormat.init) ?? .csv,
            isCompressed: values.boolean("gzip") ?? false)
    }

    private static func names(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}

/// A request as callers see it.
enum EnrichmentAnswer {
    static func json(
        _ request: EnrichmentRequest, downloadURL: String? = nil, uploadURL: String? = nil,
        usage: EnrichmentUsage? = nil
    ) -> ByteBuffer {
        var json = JSONText()
        json.object { json in
            json.string("requestId", request.requestID)
            json.string("status", request.status.rawValue)
            json.string("createdAt", request.createdAt)
            json.number("totalRecords", request.totalRecords)
            json.number("totalBatches", request.totalBatches)
            json.number("processedBatches", request.processedBatches)
            json.number("failedBatches", request.failedBatches)
            json.string("outputFileKey", request.outputKey)
            json.string("failureMessage", request.failureMessage)
            json.string("downloadUrl", downloadURL)
            json.string("uploadUrl", uploadURL)
            json.number("calls", usage?.calls)
            json.number("credits", usage?.credits)
            json.number("savedInputs", usage?.savedInputs)
            json.number("savedCredits", usage?.savedCredits)
        }
        return json.buffer
    }
}

extension Shape {
    /// What `EnrichmentAnswer` writes.
    static let enrichment = Shape(
        name: "Enrichment",
        fields: [
            .init("requestId", .text, "Its name."),
            .init(
                "status", .choice(["accepted", "processing", "completed", "partial", "failed"]),
                "partial: some batches failed; their records stand in the result with an error."),
            .init("createdAt", .timestamp, "When it was asked for."),
            .init("totalRecords", .integer, "Records; 0 until the list is read."),
            .init("totalBatches", .integer, "Of 100 records each."),
            .init("processedBatches", .integer, "Batches that are done."),
            .init("failedBatches", .integer, "Batches that were given up; an operator can retry them."),
            .init("outputFileKey", .text, "Where the result is, or will be."),
            .init("failureMessage", .text, "Why the list cannot be enriched.", nullable: true),
            .init("downloadUrl", .text, "The result, once it is written.", nullable: true),
            .init("uploadUrl", .text, "Where to PUT an announced list.", nullable: true),
            .init("calls", .integer, "Calls of providers.", nullable: true),
            .init("credits", .integer, "What they cost.", nullable: true),
            .init("savedInputs", .integer, "Questions that had been answered before.", nullable: true),
            .init("savedCredits", .integer, "What those would have cost.", nullable: true),
        ])
}
