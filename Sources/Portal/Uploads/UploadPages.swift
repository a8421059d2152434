import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird
import Ingest
import Postgres

/// `/portal/uploads/{uploadId}`: what became of one file.
struct UploadPages: Sendable {
    static let uploadID = Input("uploadId", .text(atMost: 50), "The upload.")
    private static let path = "/portal/uploads/{uploadId}"
    /// Groups of errors on the page.
    static let mostGroups = 200

    let site: Site

    var endpoints: [Endpoint] { [show, events, file("errors"), file("rejected"), load, retry, cancel] }

    private var show: Endpoint {
        .page(.get, Self.path, pathInputs: [Self.uploadID]) { call in
            let line = try await site.upload(call)
            let (groups, events) = try await site.services.database.read(
                as: call.identity, CategoryReads.active,
                ErrorGroup.select(line.uploadID, after: nil, limit: Self.mostGroups, isOpen: true),
                UploadPageReads.timeline(line.uploadID)
            ) { rows -> ([ErrorGroup], [TimelineEntry]) in
                let categories = CategoryWhitelist(try rows[0].map { try $0.get("category_name") })
                let groups = try rows[1].map { try ErrorGroup($0, categories) }
                return (groups.sorted { $0.rows > $1.rows }, try rows[2].map(TimelineEntry.init))
            }
            let view = UploadView(line: line, groups: groups, events: events, mayWrite: call.identity.role != .auditor)
            return site.page(call, line.fileName, at: .uploads, isLive: !line.isFinal) { view }
        }
    }

    private var events: Endpoint {
        .page(.get, "\(Self.path)/events", pathInputs: [Self.uploadID]) { call in
            let line = try await site.upload(call)
            return UploadStream.response(call, site, [line.uploadID]) { [site] line, progress in
                [("standing", site.rendered(UploadStanding(line: line, progress: progress).body))]
            }
        }
    }

    private func file(_ name: String) -> Endpoint {
        .page(.get, "\(Self.path)/\(name)", pathInputs: [Self.uploadID]) { call in
            let line = try await site.upload(call)
            guard let key = name == "errors" ? line.errorsKey : line.rejectedKey else {
                throw Problem(.notFound, "the upload has no such file")
            }
            return try await site.services.files.response(call, key)
        }
    }

    /// Loads the file that was checked, without sending it again.
    private var load: Endpoint {
        .page(.post, "\(Self.path)/load", access: .writers, pathInputs: [Self.uploadID]) { call in
            let line = try await site.upload(call)
            do {
                return try await site.services.database.answer(for: call) { session in
                    let uploadID = try session.loadCheckedUpload(line.uploadID, by: call.identity.subject)
                    return site.redirection(to: SitePath("/portal/uploads") / uploadID)
                }
            } catch let error as CheckedFileError {
                throw Problem(error)
            }
        }
    }

    private var retry: Endpoint {
        .page(.post, "\(Self.path)/retry", access: .writers, pathInputs: [Self.uploadID]) { call in
            let line = try await site.upload(call)
            return try await site.services.database.answer(for: call) { session in
                guard try session.retryUpload(line.uploadID, by: call.identity.subject) else {
                    throw Problem(.conflict, "only a failed upload whose file had arrived can be tried again")
                }
                return site.redirection(to: line.path)
            }
        }
    }

    private var cancel: Endpoint {
        .page(.post, "\(Self.path)/cancel", access: .writers, pathInputs: [Self.uploadID]) { call in
            let line = try await site.upload(call)
            return try await site.services.database.answer(for: call) { session in
                guard try session.cancelUploadAndJob(line.uploadID, by: call.identity.subject) else {
                    throw Problem(.conflict, "the upload has ended: undo it instead")
                }
                return site.redirection(to: line.path)
            }
        }
    }
}
