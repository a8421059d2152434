import Catalog
import Foundation
import Hummingbird
import NIOCore
import Postgres

extension Shape {
    static let rule = Shape(
        name: "Rule",
        fields: [
            .init("name", .text, "As errors and uploads call it."),
            .init("version", .integer, "1, 2, …: a change makes a new one and keeps the former."),
            .init(
                "rule", .json(schema: #"{"type":"object"}"#), "As the guide to rules describes it.",
                column: "catalog.rule_json(r)"),
            .init("createdBy", .text, "Who made this version."),
            .init("createdAt", .timestamp, "When."),
        ])
}

/// `/rules`: rules of one's own about the rows of files.
struct RuleRoutes: Sendable {
    private static let name = Input(
        "name", .text(atMost: 100), "The rule: a letter or digit, then letters, digits, '_', '-' and '.'.")
    private static let limit = 256 << 10

    let database: APIDatabase

    var endpoints: [Endpoint] { [list, show, put, remove] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/rules",
            summary: "The rules of one's own in use; a vendor sees those that its files have to meet.",
            query: [Input("vendor", .text(atMost: 50), "Only those that this vendor's files have to meet.")],
            answers: [.init(.ok, .list(.rule), "In order of their names.")]
        ) { call in
            .json(
                try await database.read(as: call.identity, RuleReads.list(vendor: call.values.text("vendor"))) {
                    Call.list($0[0], .rule)
                })
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/rules/{name}", summary: "A rule, in the version in use.", pathInputs: [Self.name],
            answers: [.init(.ok, .object(.rule), "The rule.")]
        ) { call in
            let name = call.path("name")
            let found = try await database.read(as: call.identity, RuleReads.select(name)) { Call.object($0[0], .rule) }
            guard let found else { throw Problem.noSuch("rule", name) }
            return .json(found)
        }
    }

    private var put: Endpoint {
        Endpoint(
            method: .put, path: "/rules/{name}",
            summary: "Keep a rule; another one of the name stays in the history. The body is the rule.",
            access: .operators, pathInputs: [Self.name], body: .stream(["application/json"], json: []),
            answers: [.init(.ok, .object(.rule), "The version in use.")]
        ) { call in
            let (name, rule) = (call.path("name"), try await Self.rule(call))
            do {
                return try await database.answer(for: call) { session in
                    _ = try session.putRule(name, rule)
                    guard let kept = Call.object(try session.query(RuleReads.select(name)), .rule) else {
                        throw Problem.noSuch("rule", name)
                    }
                    return .json(kept)
                }
            } catch let error as PostgresError where error.constraint == "rules_vendor_exists" {
                throw Problem(.invalidBody, "no vendor '\(rule.vendorID ?? "")'")
            } catch let error as PostgresError where error.constraint == "rules_category_exists" {
                throw Problem(.invalidBody, "no category '\(rule.category ?? "")'")
            } catch let error as PostgresError where error.constraint == "rules_name_is_plain" {
                throw Problem(
                    .invalidParameter,
                    "'\(name)' cannot be the name of a rule: begin with a letter or digit, then use letters, digits, '_', '-' and '.'"
                )
            }
        }
    }

    private static func rule(_ call: Call) async throws -> CustomRule {
        let body = try await call.json(limit: limit)
        do {
            return try CustomRule(json: body)
        } catch {
            throw Problem(.invalidBody, "the body is no rule: \(error)")
        }
    }

    private var remove: Endpoint {
        Endpoint(
            method: .delete, path: "/rules/{name}",
            summary: "Take a rule out of use; its versions stay in the history.", access: .operators,
            pathInputs: [Self.name], answers: [.init(.noContent, .empty, "Rows need not meet it any more.")]
        ) { call in
            let name = call.path("name")
            guard try await database.write(for: call, { try $0.removeRule(name) }) else {
                throw Problem.noSuch("rule", name)
            }
            return Response(status: .noContent)
        }
    }
}
