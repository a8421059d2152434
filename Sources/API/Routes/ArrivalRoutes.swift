import Catalog
import Foundation
import Hummingbird
import Intake
import NIOCore
import Postgres
import Text

extension Shape {
    static let arrivalRoute = Shape(
        name: "Route",
        fields: [
            .init("bucket", .text, "Of the objects."),
            .init("prefix", .text, "Of their keys: empty, or ending in a slash. The longest one wins."),
            .init("pipeline", .text, "onboard, enrich or relay."),
            .init("options", .json(schema: #"{"type":"object"}"#), "As catalog route add names them."),
        ])
}

/// `/routes`: which objects go into which pipeline.
struct ArrivalRoutes: Sendable {
    private static let path = "/routes/{bucket}"
    private static let bucket = Input("bucket", .text(atMost: 255), "The bucket.")
    private static let prefix = Input(
        "prefix", .text(atMost: 1024), "Of the keys, such as uploads/; the whole bucket without it.")

    let database: APIDatabase
    let pipelines: Pipelines

    var endpoints: [Endpoint] { [list, put, remove] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/routes", summary: "Which objects go into which pipeline.", access: .staff,
            answers: [.init(.ok, .list(.arrivalRoute), "All routes.")]
        ) { call in
            .json(
                try await database.read(as: call.identity, ArrivalReads.select(nil, "")) {
                    Call.list($0[0], .arrivalRoute)
                })
        }
    }

    private var put: Endpoint {
        Endpoint(
            method: .put, path: Self.path,
            summary:
                "Add a route, or change it: {\"pipeline\": \"onboard\", \"existing\": false, …} with the options of catalog route add.",
            access: .operators, pathInputs: [Self.bucket], query: [Self.prefix],
            body: .stream(["application/json"], json: []),
            answers: [.init(.ok, .object(.arrivalRoute), "The route.")]
        ) { call in
            let (bucket, prefix) = (call.path("bucket"), Self.prefix(call))
            var members = try await call.members()
            guard case .bool(let existing) = members.removeValue(forKey: "existing") ?? .bool(false) else {
                throw Problem(.invalidBody, "member 'existing': expected true or false")
            }
            let route = Route(
                bucket: bucket, prefix: prefix, pipeline: members.removeValue(forKey: "pipeline")?.text ?? "",
                options: .none)
            let complete = try with(members, route)
            ActionRecord.name(complete.url)
            return try await database.answer(for: call) { session in
                try session.addRoute(complete, includingExisting: existing)
                guard let kept = Call.object(try session.query(ArrivalReads.select(bucket, prefix)), .arrivalRoute)
                else {
                    throw Problem.noSuch("route", complete.url)
                }
                return .json(kept)
            }
        }
    }

    private var remove: Endpoint {
        Endpoint(
            method: .delete, path: Self.path, summary: "Remove a route; what arrived stays.", access: .operators,
            pathInputs: [Self.bucket], query: [Self.prefix],
            answers: [.init(.noContent, .empty, "Objects that come from now on stay where they are.")]
        ) { call in
            let (bucket, prefix) = (call.path("bucket"), Self.prefix(call))
            ActionRecord.name("s3://\(bucket)/\(prefix)")
            guard try await database.write(for: call, { try $0.removeRoute(bucket: bucket, prefix: prefix) }) else {
                throw Problem.noSuch("route", "s3://\(bucket)/\(prefix)")
            }
            return Response(status: .noContent)
        }
    }

    /// A prefix without its last slash is meant as a folder too.
    private static func prefix(_ call: Call) -> String {
        let parts = (call.values.text("prefix") ?? "").split(separator: "/")
        return parts.map { $0 + "/" }.joined()
    }

    /// - Throws: `Problem` for a pipeline that there is not, and for options that it cannot have.
    private func with(_ members: [String: JSONValue], _ route: Route) throws -> Route {
        guard let pipeline = pipelines[route.pipeline] else {
            let known = pipelines.names.joined(separator: ", ")
            throw Problem(.invalidBody, "unknown pipeline '\(route.pipeline)': expected one of \(known)")
        }
        let given = try members.map { name, value in (name, try Self.texts(of: value, name)) }
        do {
            var route = route
            route.options = try pipeline.options(Dictionary(uniqueKeysWithValues: given))
            return route
        } catch let error as RouteOptionError {
            throw Problem(.invalidBody, error.description)
        }
    }

    /// An option as the command line gives it; pairs, as GET shows them, are `NAME=VALUE`.
    private static func texts(of value: JSONValue, _ name: String) throws -> [String] {
        if let pairs = value.members {
            return pairs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text ?? "")" }
        }
        guard let texts = value.elements?.compactMap(\.text) ?? value.text.map({ [$0] }) else {
            throw Problem(.invalidBody, "member '\(name.prefix(100))' is null: leave it out")
        }
        return texts
    }
}
