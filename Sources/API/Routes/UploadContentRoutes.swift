package import Catalog
import Foundation
import HTTPTypes
package import Hummingbird
import Ingest
import NIOCore
package import Postgres
package import Storage
import Tabular
import Text

/// How files come in: announced by JSON and put afterwards, or in the request itself.
package struct UploadContentRoutes: Sendable {
    /// An announced file is put at `/uploads/<id>/content/<token>`.
    private static let contentPath = "/uploads/{uploadId}/content/{token}"
    private static let fileTypes = bodyTypes + ["multipart/form-data"]
    /// The file is the body.
    private static let bodyTypes = [
        "text/csv", "application/gzip", "application/octet-stream", "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson",
    ]

    /// Members of the JSON, parameters of the query, or fields of the form.
    private static let inputs = [
        Input("fileName", .text(atMost: 200), "The vendor's name for the file, without a path."),
        Input(
            "mode", .choice(UploadMode.allCases.map(\.rawValue)),
            "The default is create: an existing product is an error. upsert: it is updated. update: only existing products."
        ),
        Input("policy", .choice(UploadPolicy.allCases.map(\.rawValue)), "The default is load-valid."),
        Input(
            "empty", .choice(EmptyCells.allCases.map(\.rawValue)),
            "The default is clear: an empty cell empties the value of an existing product. keep: the value stays."),
        Input(
            "missing", .choice(MissingProducts.allCases.map(\.rawValue)),
            "The default is keep. deactivate: products that the file does not name become inactive; not in mode create."
        ),
        Input("encoding", .text(atMost: 40), "Of the text, by a name that iconv knows; found if it is not given."),
        Input(
            "mapping", .text(atMost: 100),
            "One of the vendor's mappings to read the file with; a header that was mapped before needs none."),
        Input("sheet", .text(atMost: 100), "Of a workbook; the first visible one with a header if it is not given."),
        Input(
            "dryRun", .boolean,
            "true: everything is checked, nothing is loaded; POST /uploads/{uploadId}/load does it within an hour."),
        Input("sha256", .sha256, "SHA-256 of the file: any other file is refused."),
        Input("vendor", .text(atMost: 50), "The vendor whose products they are; required from operators."),
    ]

    let uploads: AnnouncedUploads
    let maximumFileBytes: Int
    /// Where callers reach this service, without a slash at the end; nil leaves the host to them.
    let publicURL: String?

    var endpoints: [Endpoint] { [add, put] }

    private var add: Endpoint {
        Endpoint(
            method: .post, path: "/uploads",
            summary:
                "Upload a file: as the body or a form, or announce it with JSON and PUT it to the uploadUrl of the answer.",
            access: .writers, query: Self.inputs, body: .stream(Self.fileTypes, json: Self.inputs),
            answers: [
                .init(.created, .object(.uploadPlace), "Announced: PUT the file to uploadUrl."),
                .init(.accepted, .object(.uploadPlace), "Accepted: it waits for a worker."),
            ]
        ) { call in
            switch call.request.mediaType {
            case "application/json": return try await Self.explained { try await announce(call) }
            case "multipart/form-data": return try await takeForm(call, answer: Self.taken)
            case let type where Self.bodyTypes.contains(type):
                return try await Self.explained { try await takeBody(call) }
            default:
                throw Problem(
                    .unsupportedMediaType,
                    "send text/csv, application/gzip, a workbook, multipart/form-data or application/json")
            }
        }
    }

    private var put: Endpoint {
        Endpoint(
            method: .put, path: Self.contentPath,
            summary: "Upload the bytes of an announced file; the same bytes again change nothing.",
            access: .anybody,
            pathInputs: [UploadRoutes.uploadID, Input("token", .text(atMost: 64), "From uploadUrl.")],
            body: .stream(Self.fileTypes, json: []),
            answers: [.init(.accepted, .object(.uploadPlace), "Accepted: it waits for a worker.")]
        ) { call in
            let uploadID = call.path("uploadId")
            try await Self.explained { try await fill(call, uploadID, token: call.path("token")) }
            return Self.taken(uploadID).response
        }
    }

    /// A client that thinks its PUT lost repeats it: the same bytes are answered as the first time, others are refused.
    private func fill(_ call: Call, _ uploadID: String, token: String) async throws {
        if let pending = try await uploads.pendingUpload(token: token), pending.uploadID == uploadID {
            return try await uploads.fill(pending, with: try await call.receive(limit: maximumFileBytes))
        }
        guard let received = try await uploads.received(token: token), received.uploadID == uploadID else {
            throw Problem(.notFound, "the link is unknown or expired: announce the file again")
        }
        let file = try await call.receive(limit: maximumFileBytes)
        guard file.sha256 == received.sha256 else { throw AnnouncementError.otherBytesTaken }
    }

    private static func explained<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as AnnouncementError {
            throw Problem(error)
        } catch let error as ObjectTooLarge {
            throw Problem(.tooLarge, "the file has more than \(error.limit) bytes: split it")
        }
    }

    // MARK: The three ways

    private func announce(_ call: Call) async throws -> Response {
        var values = call.values
        values.merge(try await call.json(Self.inputs))
        let base = call.base(publicURL)
        let (uploadID, destination) = try await uploads.announce(
            try announcement(values, call, fileName: nil), fence: { try call.holdKey($0) },
            finish: { session, uploadID, destination in
                ActionRecord.name(uploadID)
                try call.keep(Self.answer(uploadID, destination, base), session)
            })
        return Self.answer(uploadID, destination, base).response
    }

    private static func answer(_ uploadID: String, _ destination: AnnouncedUploads.Destination, _ base: String)
        -> Answer
    {
        let json =
            switch destination {
            case .store(let link):
                Self.accepted(uploadID, link.url, link.headers, expiresAt: link.expiresAt.formatted(.timestamp))
            case .service(let token, let expiresAt):
                Self.accepted(uploadID, "\(base)/uploads/\(uploadID)/content/\(token)", expiresAt: expiresAt)
            }
        return .json(json, .created, [.location: "/uploads/\(uploadID)"])
    }

    private func takeBody(_ call: Call) async throws -> Response {
        // Before the bytes, so that nobody sends a file for nothing.
        let announcement = try announcement(call.values, call, fileName: call.request.attachmentName)
        return try await accept(
            try await call.receive(limit: maximumFileBytes), announcement, call, answer: Self.taken)
    }

    /// Takes the file of a form.
    /// - Parameter answer: for the upload of this id.
    package func takeForm(
        _ call: Call, answer: @escaping @Sendable (String) -> Answer
    ) async throws -> Response {
        try await Self.explained { try await readForm(call, answer) }
    }

    /// Takes the corrected rows of an upload as one of their own, which is loaded as that one was.
    /// - Parameters:
    ///   - finish: joins the transaction that records the upload of this id.
    ///   - answer: for the upload of this id.
    package func take(
        _ file: ReceivedFile, correcting parent: Upload, _ call: Call,
        finish: @escaping @Sendable (Session, String) throws -> Void, answer: @escaping @Sendable (String) -> Answer
    ) async throws -> Response {
        var announcement = AnnouncedUploads.Announcement(vendorID: parent.vendorID, fileName: parent.fileName)
        (announcement.mode, announcement.policy) = (parent.mode, parent.policy)
        announcement.emptyCells = parent.emptyCells
        announcement.parentUploadID = parent.uploadID
        announcement.encoding = "utf-8"
        return try await Self.explained { [announcement] in
            try await accept(file, announcement, call, answer: answer, finish: finish)
        }
    }

    private func readForm(
        _ call: Call, _ answer: @escaping @Sendable (String) -> Answer
    ) async throws -> Response {
        let form = try await call.fileForm(limit: maximumFileBytes)
        var values = call.values
        values.merge(try InputValues(form.fields, Self.inputs, "field"))
        return try await accept(
            form.file, try announcement(values, call, fileName: form.fileName), call, answer: answer)
    }

    private func accept(
        _ file: ReceivedFile, _ announcement: AnnouncedUploads.Announcement, _ call: Call,
        answer: @escaping @Sendable (String) -> Answer,
        finish: @escaping @Sendable (Session, String) throws -> Void = { _, _ in }
    ) async throws -> Response {
        let uploadID = try await uploads.take(
            file, for: announcement, fence: { try call.holdKey($0) },
            finish: { session, uploadID in
                ActionRecord.name(uploadID)
                try finish(session, uploadID)
                try call.keep(answer(uploadID), session)
            })
        return answer(uploadID).response
    }

    private static func taken(_ uploadID: String) -> Answer {
        .json(accepted(uploadID), .accepted, [.location: "/uploads/\(uploadID)"])
    }

    // MARK: What was meant

    private func announcement(
        _ values: InputValues, _ call: Call, fileName: String?
    ) throws -> AnnouncedUploads.Announcement {
        guard let fileName = values.text("fileName") ?? fileName else {
            throw Problem(.invalidParameter, "parameter 'fileName' is missing: give the vendor's name for the file")
        }
        guard Self.isSafe(fileName) else {
            throw Problem(
                .invalidParameter,
                "parameter 'fileName' must be a bare name such as products.csv: no slashes, no leading dot, nothing invisible, at most 255 bytes"
            )
        }
        guard let vendorID = call.identity.vendorID ?? values.text("vendor") else {
            throw Problem(.invalidParameter, "parameter 'vendor' is missing: say whose products they are")
        }
        guard values.text("vendor").map(call.identity.mayTouch) ?? true else {
            throw Problem(AnnouncementError.unknownVendor)
        }
        var announcement = AnnouncedUploads.Announcement(vendorID: vendorID, fileName: fileName)
        announcement.mode = values.text("mode").flatMap(UploadMode.init) ?? .create
        announcement.policy = values.text("policy").flatMap(UploadPolicy.init) ?? .loadValid
        announcement.emptyCells = values.text("empty").flatMap(EmptyCells.init) ?? .clear
        announcement.missingProducts = values.text("missing").flatMap(MissingProducts.init) ?? .keep
        guard announcement.missingProducts.fits(announcement.mode) else {
            throw Problem(.invalidParameter, "parameter 'missing' must be keep in mode create")
        }
        announcement.encoding = try encoding(values)
        announcement.mapping = values.text("mapping")
        announcement.sheet = values.text("sheet")
        announcement.isDryRun = values.boolean("dryRun") ?? false
        announcement.fileSHA256 = values.text("sha256")
        return announcement
    }

    private func encoding(_ values: InputValues) throws -> String? {
        guard let name = values.text("encoding") else { return nil }
        guard EncodingNames.isKnown(name) else {
            throw Problem(.invalidParameter, "parameter 'encoding': \(EncodingNames.remedy(name))")
        }
        return name
    }

    /// The name becomes a part of an object's key, and of a file's path where the store is a folder.
    private static func isSafe(_ fileName: String) -> Bool {
        fileName.utf8.count <= 255 && fileName.unicodeScalars.first != "." && !fileName.allSatisfy(\.isWhitespace)
            && !fileName.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.misleadsReaders }
    }

    private static func accepted(
        _ uploadID: String, _ url: String? = nil, _ headers: [String: String] = [:],
        expiresAt: String? = nil
    ) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.string("uploadId", uploadID)
            json.string("status", "queued")
            json.string("uploadUrl", url)
            json.object("uploadHeaders") { json in
                for (name, value) in headers.sorted(by: { $0.key < $1.key }) { json.string(name, value) }
            }
            json.string("expiresAt", expiresAt)
        }
        return json.buffer
    }
}

extension Request {
    /// The name in `Content-Disposition: attachment; filename="…"`.
    fileprivate var attachmentName: String? {
        headers[.contentDisposition].flatMap { MultipartReader.parameter("filename", of: $0) }
    }
}
