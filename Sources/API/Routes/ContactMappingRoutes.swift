import Enrichment
import Foundation
import Hummingbird
import NIOCore
import Postgres

extension Shape {
    static let contactMapping = Shape(
        name: "ContactMapping",
        fields: [
            .init("name", .text, "As requests and routes call it."),
            .init("version", .integer, "1, 2, …: a change makes a new one and keeps the former."),
            .init(
                "columns", .json(schema: #"{"type":"object","additionalProperties":{"type":"string"}}"#),
                "Columns of a list by our names."),
            .init("createdBy", .text, "Who made this version."),
            .init("createdAt", .timestamp, "When."),
        ])
}

/// `/enrichment/mappings`: which columns of lists hold which fields.
struct ContactMappingRoutes: Sendable {
    private static let path = "/enrichment/mappings"
    private static let name = Input(
        "name", .text(atMost: 100), "The mapping: a letter or digit, then letters, digits, '_', '-' and '.'.")

    let database: APIDatabase

    var endpoints: [Endpoint] { [list, put, remove] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: Self.path, summary: "The mappings of columns of lists.", access: .staff,
            answers: [.init(.ok, .list(.contactMapping), "Those in use.")]
        ) { call in
            .json(
                try await database.read(as: call.identity, ContactMappingReads.select(nil)) {
                    Call.list($0[0], .contactMapping)
                })
        }
    }

    private var put: Endpoint {
        Endpoint(
            method: .put, path: "\(Self.path)/{name}",
            summary:
                "Keep which columns hold which fields: {\"email\": \"E-Mail-Adresse\"}; another mapping of the name stays in the history.",
            access: .operators, pathInputs: [Self.name], body: .stream(["application/json"], json: []),
            answers: [.init(.ok, .object(.contactMapping), "The version in use.")]
        ) { call in
            let name = call.path("name")
            let body = try await call.json()
            do {
                let columns = try EnrichmentOrder.columns(body)
                guard !columns.isEmpty else {
                    throw Problem(.invalidBody, "a mapping names a column: {\"email\": \"E-Mail-Adresse\"}")
                }
                return try await database.answer(for: call) { session in
                    _ = try session.putContactMapping(name, columns)
                    guard let kept = Call.object(try session.query(ContactMappingReads.select(name)), .contactMapping)
                    else {
                        throw Problem.noSuch("mapping", name)
                    }
                    return .json(kept)
                }
            } catch let failure as EnrichmentFailure {
                throw Problem(.invalidBody, failure.description)
            }
        }
    }

    private var remove: Endpoint {
        Endpoint(
            method: .delete, path: "\(Self.path)/{name}",
            summary: "Take a mapping out of use; its versions stay. Lists that name it fail, and say so.",
            access: .operators, pathInputs: [Self.name],
            answers: [.init(.noContent, .empty, "Lists are no longer read with it.")]
        ) { call in
            let name = call.path("name")
            guard try await database.write(for: call, { try $0.removeContactMapping(name) }) else {
                throw Problem.noSuch("mapping", name)
            }
            return Response(status: .noContent)
        }
    }
}
