import Catalog
import HTTPTypes
import Hummingbird
import Ingest
import Jobs
import NIOCore
import Postgres
import Text

/// `/uploads`: what was uploaded, and what became of it.
struct UploadRoutes: Sendable {
    let database: APIDatabase
    let files: ReportFiles
    let watch: UploadWatch

    static let uploadID = Input("uploadId", .text(atMost: 50), "The upload.")
    static let path = "/uploads/{uploadId}"

    var endpoints: [Endpoint] { [list, show, events, errors, rejected, revert, retry, cancel] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/uploads", summary: "Uploads, newest first.",
            query: [
                Input("vendor", .text(atMost: 50), "Only this vendor's."),
                Input(
                    "status", .choice(["queued", "processing", "completed", "partial", "failed", "reverted"]),
                    "Only these."),
                Input("from", .timestamp, "Uploaded then or later."), Input("to", .timestamp, "Uploaded before."),
                .cursor(2), .limit,
            ],
            answers: [.init(.ok, .page(.upload), "A page of uploads.")]
        ) { call in
            let limit = call.limit
            return .json(
                try await database.read(
                    as: call.identity, UploadReads.page(call.values, limit: limit + 1), mayLag: true
                ) {
                    Call.page($0[0], .upload, limit: limit, key: 2)
                })
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: Self.path, summary: "An upload: status, counts, errors by type.",
            pathInputs: [Self.uploadID],
            answers: [.init(.ok, .object(.uploadDetail), "The upload.")]
        ) { call in .json(try await detail(call)) }
    }

    private var events: Endpoint {
        Endpoint(
            method: .get, path: "\(Self.path)/events",
            summary: "Progress as it happens, as server-sent events: progress, status; ends with the upload.",
            pathInputs: [Self.uploadID], answers: [.init(.ok, .text("text/event-stream"), "Events.")]
        ) { call in
            let uploadID = try await known(call)
            if !call.isHead { try await database.pool.run { $0.tellWatched([uploadID]) } }
            return UploadEventStream(
                uploadID: uploadID, watch: watch, read: { try await present(call) }
            ).response(call)
        }
    }

    private var errors: Endpoint {
        Endpoint(
            method: .get, path: "\(Self.path)/errors",
            summary:
                "Errors in file order; the whole report as CSV with 'Accept: text/csv', or as a workbook with its media type.",
            pathInputs: [Self.uploadID],
            query: [.cursor(2), .limit],
            answers: [
                .init(.ok, .page(.uploadError), "A page of errors."),
                .init(.ok, .text("text/csv"), "The error report."),
                .init(.ok, .text(ReportFiles.workbookType), "The error report."),
                .init(.found, .empty, "Where the error report is."),
            ]
        ) { call in
            let uploadID = call.path("uploadId")
            if call.request.prefers(ReportFiles.workbookType) { return try await workbook(call, uploadID) }
            if call.request.prefers("text/csv") {
                return try await files.response(call, try await file(call, "error_file_s3_key"))
            }
            _ = try await file(call, "status")
            let limit = call.limit
            return .json(
                try await database.read(
                    as: call.identity, UploadReads.errors(uploadID, call.values, limit: limit + 1)
                ) { Call.page($0[0], .uploadError, limit: limit, key: 2) })
        }
    }

    /// Made when it is asked for.
    private func workbook(_ call: Call, _ uploadID: String) async throws -> Response {
        _ = try await file(call, "error_file_s3_key")
        let vendorID = try await database.read(as: call.identity, UploadReads.files(uploadID), isQuick: true) {
            try $0[0].first?.get("vendor_id", as: String.self)
        }
        guard let vendorID else { throw Problem.noSuch("upload", uploadID) }
        guard !call.isHead else {
            let key = ReportWriter.workbookKey(uploadID, vendorID: vendorID)
            return try await files.response(call, key, isWritten: false)
        }
        let writer = ReportWriter(store: files.store)
        let key = try await database.pool.withConnection {
            try await writer.writeWorkbook(uploadID, vendorID: vendorID, $0)
        }
        guard let key else { throw Problem.noSuch("upload", uploadID) }
        return try await files.response(call, key)
    }

    private var rejected: Endpoint {
        Endpoint(
            method: .get, path: "\(Self.path)/rejected",
            summary: "The rejected rows with their errors: correct them and upload the file as it is.",
            pathInputs: [Self.uploadID],
            answers: [
                .init(.ok, .text("text/csv"), "The rejected rows."),
                .init(.ok, .text(ReportFiles.workbookType), "The same of a workbook."),
                .init(.found, .empty, "Where the file is."),
            ]
        ) { call in try await files.response(call, try await file(call, "rejected_file_s3_key")) }
    }

    private var revert: Endpoint {
        Endpoint(
            method: .post, path: "\(Self.path)/revert",
            summary: "Undo a completed or partial upload; products changed since are left alone.",
            access: .writers,
            pathInputs: [Self.uploadID],
            answers: [.init(.ok, .list(.leftAlone), "The products left alone.")]
        ) { call in
            let uploadID = try await known(call)
            do {
                // A large one takes minutes.
                return try await database.answer(for: call, within: .seconds(900)) {
                    .json(JSONWriter.list(try $0.revertUpload(uploadID)))
                }
            } catch let error as PostgresError where ["55000", "23514"].contains(error.sqlState) {
                throw Problem(.conflict, "only a completed or partial upload can be reverted, and no dry run")
            }
        }
    }

    private var retry: Endpoint {
        Endpoint(
            method: .post, path: "\(Self.path)/retry",
            summary: "Process a failed upload again, with the same file.", access: .writers,
            pathInputs: [Self.uploadID],
            answers: [.init(.accepted, .object(.uploadDetail), "The upload, queued.")]
        ) { call in
            let uploadID = try await known(call)
            return try await database.answer(for: call) { session in
                guard try session.retryUpload(uploadID, by: call.identity.subject) else {
                    throw Problem(
                        .conflict,
                        "only a failed upload whose file had arrived can be tried again: upload the file again")
                }
                return .json(try Self.detail(uploadID, session), .accepted)
            }
        }
    }

    private var cancel: Endpoint {
        Endpoint(
            method: .post, path: "\(Self.path)/cancel",
            summary: "Cancel an upload that has not ended; nothing of it is loaded.", access: .writers,
            pathInputs: [Self.uploadID],
            answers: [.init(.ok, .object(.uploadDetail), "The upload, failed as CANCELLED.")]
        ) { call in
            let uploadID = try await known(call)
            return try await database.answer(for: call) { session in
                guard try session.cancelUploadAndJob(uploadID, by: call.identity.subject) else {
                    throw Problem(.conflict, "the upload has ended: POST …/revert undoes it")
                }
                return .json(try Self.detail(uploadID, session))
            }
        }
    }

    // MARK: What they share

    private func detail(_ call: Call) async throws -> ByteBuffer {
        let uploadID = call.path("uploadId")
        let found = try await database.read(as: call.identity, UploadReads.select(uploadID), isQuick: true) {
            Call.object($0[0], .uploadDetail)
        }
        guard let found else { throw Problem.noSuch("upload", uploadID) }
        return found
    }

    /// Of an upload that is known to be the caller's, within the transaction that changes it.
    static func detail(_ uploadID: String, _ session: Session) throws -> ByteBuffer {
        guard let found = Call.object(try session.query(UploadReads.select(uploadID)), .uploadDetail) else {
            throw Problem.noSuch("upload", uploadID)
        }
        return found
    }

    /// The upload and whether nothing more will happen to it by itself: its report is written too.
    private func present(_ call: Call) async throws -> (json: ByteBuffer, isFinal: Bool) {
        let uploadID = call.path("uploadId")
        return try await database.read(
            as: call.identity, UploadReads.select(uploadID), UploadReads.files(uploadID), isQuick: true
        ) { rows in
            guard let json = Call.object(rows[0], .uploadDetail), let files = rows[1].first else {
                throw Problem.noSuch("upload", uploadID)
            }
            let isUnderWay = try ["queued", "processing"].contains(files.get("status", as: String.self))
            let errors = try files.get("error_records", as: Int?.self) ?? 0
            let hasReport = try files.get("error_file_s3_key", as: String?.self) != nil
            return (json, !isUnderWay && (errors == 0 || hasReport))
        }
    }

    /// The id of an upload that the caller may know of.
    private func known(_ call: Call) async throws -> String {
        _ = try await detail(call)
        return call.path("uploadId")
    }

    /// A column of the upload's files.
    private func file(_ call: Call, _ column: String) async throws -> String {
        let uploadID = call.path("uploadId")
        let (exists, value, isUnderWay) = try await database.read(
            as: call.identity, UploadReads.files(uploadID), isQuick: true
        ) {
            rows in
            guard let row = rows[0].first else { return (false, nil as String?, false) }
            let errors = try row.get("error_records", as: Int?.self)
            let status = try row.get("status", as: String.self)
            return (
                true, try row.get(column, as: String?.self),
                (errors ?? 0) > 0 || ["queued", "processing"].contains(status)
            )
        }
        guard exists else { throw Problem.noSuch("upload", uploadID) }
        if let value { return value }
        guard isUnderWay else {
            throw Problem(.notFound, "upload '\(uploadID)' has no rejected rows: this file does not exist")
        }
        throw Problem(.notFound, "the file is not written yet: try again", retryAfter: 2)
    }
}

extension Request {
    /// Whether a media type is wanted rather than JSON (RFC 9110, section 12.5.1, without weights).
    fileprivate func prefers(_ type: String) -> Bool {
        let accepted = (headers[.accept] ?? "").lowercased()
        return accepted.contains(type) && !accepted.contains("application/json")
    }
}

extension JSONWriter {
    /// Products that a revert left alone, as `Shape.leftAlone` describes them.
    fileprivate static func list(_ products: [RevertException]) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.array("items") { json in
                for product in products {
                    json.object { json in
                        json.string("vendorProductId", product.vendorProductID)
                        json.string("sku", product.sku)
                        json.string("reason", product.reason)
                    }
                }
            }
        }
        return json.buffer
    }
}
