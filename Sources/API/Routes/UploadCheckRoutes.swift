import Catalog
import Hummingbird
package import Ingest
import NIOCore
import Postgres
import Text

extension Shape {
    /// Errors of an upload that are one mistake.
    static let errorGroup = Shape(
        name: "ErrorGroup",
        fields: [
            .init("errorType", .text, "Such as INVALID_CATEGORY."),
            .init("field", .text, "Which column.", nullable: true),
            .init("rejectedValue", .text, "The value that was rejected, its first 100 characters.", nullable: true),
            .init("rule", .text, "Which rule of one's own is broken.", nullable: true),
            .init("rows", .integer, "How many rows have it."),
            .init(
                "firstRows", .json(schema: #"{"type":"array","items":{"type":"integer"}}"#),
                "The first five of them; 1 is the first data row."),
            .init("errorMessage", .text, "What is wrong with the first of them."),
            .init("suggestion", .text, "An approved category that was probably meant.", nullable: true),
        ])
}

/// Between a check and its load: what is wrong, in groups, and the load of the same file.
struct UploadCheckRoutes: Sendable {
    let database: APIDatabase

    var endpoints: [Endpoint] { [groups, load] }

    private var groups: Endpoint {
        Endpoint(
            method: .get, path: "\(UploadRoutes.path)/errors/groups",
            summary: "Errors by rule, column and value, in this order: each mistake once, with how many rows have it.",
            pathInputs: [UploadRoutes.uploadID], query: [.cursor(4), .limit],
            answers: [.init(.ok, .page(.errorGroup), "A page of groups.")]
        ) { call in
            let (uploadID, limit) = (call.path("uploadId"), call.limit)
            let after = call.values.cursor
            return .json(
                try await database.read(
                    as: call.identity, UploadReads.files(uploadID), CategoryReads.active,
                    ErrorGroup.select(uploadID, after: after, limit: limit + 1)
                ) { rows in
                    guard !rows[0].isEmpty else { throw Problem.noSuch("upload", uploadID) }
                    let categories = CategoryWhitelist(try rows[1].map { try $0.get("category_name") })
                    return Self.page(try rows[2].map { try ErrorGroup($0, categories) }, limit: limit)
                })
        }
    }

    private var load: Endpoint {
        Endpoint(
            method: .post, path: "\(UploadRoutes.path)/load",
            summary:
                "Load exactly the file that a dry run checked, within an hour of its end; the same again gives the same upload.",
            access: .writers, pathInputs: [UploadRoutes.uploadID],
            answers: [
                .init(
                    .accepted, .object(.uploadDetail), "The upload that loads it; its verdictChange says what differs.")
            ]
        ) { call in
            let checked = call.path("uploadId")
            let isKnown = try await database.read(as: call.identity, UploadReads.files(checked), isQuick: true) {
                !$0[0].isEmpty
            }
            guard isKnown else { throw Problem.noSuch("upload", checked) }
            do {
                return try await database.answer(for: call) { session in
                    let uploadID = try session.loadCheckedUpload(checked, by: call.identity.subject)
                    return .json(
                        try UploadRoutes.detail(uploadID, session), .accepted, [.location: "/uploads/\(uploadID)"])
                }
            } catch let error as CheckedFileError {
                throw Problem(error)
            }
        }
    }

    private static func page(_ groups: [ErrorGroup], limit: Int) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.array("items") { json in
                for group in groups.prefix(limit) { json.group(group) }
            }
            json.string("nextCursor", groups.count > limit ? Cursor(groups[limit - 1].key).text : nil)
        }
        return json.buffer
    }
}

extension JSONWriter {
    /// As `Shape.errorGroup` describes it.
    fileprivate mutating func group(_ group: ErrorGroup) {
        object { json in
            json.string("errorType", group.errorType)
            json.string("field", group.field)
            json.string("rejectedValue", group.rejectedValue)
            json.string("rule", group.rule)
            json.number("rows", group.rows)
            json.array("firstRows") { json in for row in group.firstRows { json.raw(String(row)) } }
            json.string("errorMessage", group.errorMessage)
            json.string("suggestion", group.suggestion)
        }
    }
}

extension Problem {
    package init(_ error: CheckedFileError) {
        switch error {
        case .notChecked:
            self.init(.conflict, "only a dry run that has ended can be loaded: POST /uploads?dryRun=true checks a file")
        case .notKept:
            self.init(
                .conflict, "the file is not kept any more, an hour after its check: send it again with POST /uploads")
        case .vendorSuspended:
            self.init(.conflict, "the vendor is suspended: an operator can activate it")
        }
    }
}
