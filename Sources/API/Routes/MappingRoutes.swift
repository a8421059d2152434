import Catalog
import Foundation
import Hummingbird
import Ingest
import NIOCore
import Postgres
import Storage
import Tabular
import Text
import Threads

extension Shape {
    static let mapping = Shape(
        name: "Mapping",
        fields: [
            .init("name", .text, "As uploads and routes call it."),
            .init("version", .integer, "1, 2, …: a change makes a new one and keeps the former."),
            .init("mapping", .json(schema: #"{"type":"object"}"#), "As the guide to mappings describes it."),
            .init("createdBy", .text, "Who made this version."),
            .init("createdAt", .timestamp, "When."),
        ])

    /// A proposal for a file that is not kept.
    static let mappingSuggestion = Shape(
        name: "MappingSuggestion",
        fields: [
            .init("isOurs", .boolean, "Whether the file has our columns as it is and needs no mapping."),
            .init("mapping", .json(schema: #"{"type":"object"}"#), "Of what is sure: to be completed and PUT."),
            .init(
                "columns",
                .json(
                    schema:
                        #"{"type":"array","items":{"type":"object","properties":{"column":{"type":"string"},"from":{"type":"array","items":{"type":"string"}},"sure":{"type":"boolean"},"ground":{"type":"string"},"why":{"type":"string"}}}}"#
                ), "Where each of our columns probably comes from, how sure that is and why."),
            .init(
                "missing", .json(schema: #"{"type":"array","items":{"type":"string"}}"#),
                "Required columns of which nothing was found."),
            .init(
                "unused", .json(schema: #"{"type":"array","items":{"type":"string"}}"#),
                "Columns of the file that nothing is taken from."),
        ])
}

/// `/vendors/{vendorId}/mappings`: how a vendor's own files are read.
struct MappingRoutes: Sendable {
    private static let path = "/vendors/{vendorId}/mappings"
    private static let name = Input(
        "name", .text(atMost: 100), "The mapping: a letter or digit, then letters, digits, '_', '-' and '.'.")

    let database: APIDatabase
    let limits: FileLimits

    var endpoints: [Endpoint] { [list, show, put, remove, suggest] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: Self.path, summary: "The mappings of a vendor.", pathInputs: [VendorRoutes.vendorID],
            answers: [.init(.ok, .list(.mapping), "Those in use.")]
        ) { call in
            let id = call.path("vendorId")
            let (exists, list) = try await database.read(
                as: call.identity, VendorReads.select(id), MappingReads.list(vendor: id)
            ) { (!$0[0].isEmpty, Call.list($0[1], .mapping)) }
            guard exists else { throw Problem.noSuch("vendor", id) }
            return .json(list)
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "\(Self.path)/{name}", summary: "A mapping, in the version in use.",
            pathInputs: [VendorRoutes.vendorID, Self.name], answers: [.init(.ok, .object(.mapping), "The mapping.")]
        ) { call in
            let (id, name) = (call.path("vendorId"), call.path("name"))
            let found = try await database.read(as: call.identity, MappingReads.select(vendor: id, name)) {
                Call.object($0[0], .mapping)
            }
            guard let found else { throw Problem.noSuch("mapping", name) }
            return .json(found)
        }
    }

    private var put: Endpoint {
        Endpoint(
            method: .put, path: "\(Self.path)/{name}",
            summary: "Keep a mapping; another one of the name stays in the history. The body is the mapping.",
            access: .writers, pathInputs: [VendorRoutes.vendorID, Self.name],
            body: .stream(["application/json"], json: []),
            answers: [.init(.ok, .object(.mapping), "The version in use.")]
        ) { call in
            let (id, name) = (try Self.vendor(call), call.path("name"))
            let body = try await call.json()
            do {
                _ = try ColumnMapping(json: body)
            } catch let error as ColumnMappingError {
                throw Problem(.invalidBody, error.description)
            }
            do {
                return try await database.answer(for: call) { session in
                    _ = try session.putMapping(id, name, json: String(decoding: body, as: UTF8.self))
                    guard let kept = Call.object(try session.query(MappingReads.select(vendor: id, name)), .mapping)
                    else {
                        throw Problem.noSuch("mapping", name)
                    }
                    return .json(kept)
                }
            } catch let error as PostgresError where error.constraint == "mappings_vendor_exists" {
                throw Problem.noSuch("vendor", id)
            } catch let error as PostgresError where error.constraint == "mappings_name_is_plain" {
                throw Problem(
                    .invalidParameter,
                    "'\(name)' cannot be the name of a mapping: begin with a letter or digit, then use letters, digits, '_', '-' and '.'"
                )
            }
        }
    }

    private var remove: Endpoint {
        Endpoint(
            method: .delete, path: "\(Self.path)/{name}",
            summary: "Take a mapping out of use; its versions stay in the history.", access: .writers,
            pathInputs: [VendorRoutes.vendorID, Self.name],
            answers: [.init(.noContent, .empty, "Files are no longer read with it.")]
        ) { call in
            let (id, name) = (try Self.vendor(call), call.path("name"))
            guard try await database.write(for: call, { try $0.removeMapping(id, name) }) else {
                throw Problem.noSuch("mapping", name)
            }
            return Response(status: .noContent)
        }
    }

    private var suggest: Endpoint {
        Endpoint(
            method: .post, path: "/mappings/suggest",
            summary: "Propose a mapping for a file, from its header and first rows. Nothing is kept.",
            access: .everyRole,
            query: [
                Input(
                    "encoding", .text(atMost: 40), "Of the text, by a name that iconv knows; found if it is not given.")
            ],
            body: .stream(["text/csv", "application/gzip", "application/octet-stream"], json: []),
            answers: [.init(.ok, .object(.mappingSuggestion), "The proposal.")], isRecorded: false
        ) { call in
            let file: ReceivedFile
            do {
                file = try await call.receive(limit: limits.maximumFileBytes)
            } catch let error as ObjectTooLarge {
                throw Problem(.tooLarge, "the file has more than \(error.limit) bytes: its first rows are enough")
            }
            let encoding = call.values.text("encoding")
            do {
                let suggestion = try await onThread(named: "suggestion") {
                    try withExtendedLifetime(file) {
                        try MappingSuggestion(
                            of: try LocalFile(path: file.file.path), encoding: encoding, limits: limits)
                    }
                }
                return .json(suggestion.answer)
            } catch let failure as UploadFailure {
                throw Problem(.invalidBody, failure.message)
            }
        }
    }

    /// - Throws: `Problem` unless the caller may write for the vendor.
    private static func vendor(_ call: Call) throws -> String {
        let id = call.path("vendorId")
        guard call.identity.mayTouch(vendor: id) else { throw Problem.noSuch("vendor", id) }
        return id
    }
}

extension MappingSuggestion {
    /// As `Shape.mappingSuggestion` describes it.
    fileprivate var answer: ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.boolean("isOurs", isOurs)
            json.key("mapping")
            json.raw(self.json(includesUnsure: false))
            json.array("columns") { json in
                for guess in guesses {
                    json.object { json in
                        json.string("column", guess.field.column)
                        json.array("from") { json in for column in guess.columns { json.string(column) } }
                        json.boolean("sure", guess.isSure)
                        json.string("ground", guess.ground.rawValue)
                        json.string("why", guess.why)
                    }
                }
            }
            json.array("missing") { json in for field in missing { json.string(field.column) } }
            json.array("unused") { json in for column in unused { json.string(column) } }
        }
        return json.buffer
    }
}
