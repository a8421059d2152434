import API
import HTML
import HTTPTypes
import Hummingbird
import Catalog
import Postgres

/// `/portal/uploads/{uploadId}/undo`: first what it would change, then the doing.
struct UndoPages: Sendable {
    private static let path = "/portal/uploads/{uploadId}/undo"

    private static let cannotBeUndone = Problem(
        .conflict, "only an upload that has loaded rows can be undone, and only once")

    let site: Site

    var endpoints: [Endpoint] { [preview, undo] }

    private var preview: Endpoint {
        .page(.get, Self.path, access: .writers, pathInputs: [UploadPages.uploadID]) { call in
            let line = try await site.upload(call)
            guard line.canBeUndone else { throw Self.cannotBeUndone }
            let (deleted, restored, examples) = try await site.services.database.read(
                as: call.identity, UploadPageReads.undoCounts(line.uploadID, vendor: line.vendorID),
                UploadPageReads.undoExamples(line.uploadID, vendor: line.vendorID)
            ) { rows in
                let counts = rows[0][0]
                return (
                    try counts.get("deleted", as: Int.self), try counts.get("restored", as: Int.self),
                    try rows[1].map(UndoView.Example.init)
                )
            }
            let view = UndoView(line: line, deleted: deleted, restored: restored, examples: examples)
            return site.page(call, Texts.undoTitle, at: .uploads) { view }
        }
    }

    private var undo: Endpoint {
        .page(.post, Self.path, access: .writers, pathInputs: [UploadPages.uploadID]) { call in
            let line = try await site.upload(call)
            do {
                // A large one takes minutes.
                return try await site.services.database.answer(for: call, within: .seconds(900)) { session in
                    _ = try session.revertUpload(line.uploadID)
                    return site.redirection(to: line.path)
                }
            } catch let error as PostgresError where ["55000", "23514"].contains(error.sqlState) {
                throw Self.cannotBeUndone
            }
        }
    }
}
