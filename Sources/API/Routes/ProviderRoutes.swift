import Enrichment
import Foundation
import Hummingbird
import NIOCore
import Postgres
import Text

extension Shape {
    static let provider = Shape(
        name: "Provider",
        fields: [
            .init("name", .text, "As requests and routes call it.", column: "p.provider"),
            .init("kind", .text, "Its adapter.", column: "p.kind"),
            .init("settings", .json(schema: #"{"type":"object"}"#), "Of the adapter.", column: "p.settings"),
            .init("secretId", .text, "Where its credentials are.", column: "p.secret_id", nullable: true),
            .init("perSecond", .decimal, "Calls in any second.", column: "b.per_second", nullable: true),
            .init("perHour", .integer, "Calls in any hour.", column: "b.per_hour", nullable: true),
            .init("perDay", .integer, "Calls in any day.", column: "b.per_day", nullable: true),
            .init("credits", .integer, "What may be spent in total.", column: "b.credit_budget", nullable: true),
            .init("concurrency", .integer, "Calls at once.", column: "p.max_concurrency"),
            .init(
                "cacheDays", .decimal, "Days for which an answer is remembered.",
                column: "extract(epoch from p.cache_ttl) / 86400"),
            .init(
                "missDays", .decimal, "Days for which 'no match' is remembered.",
                column: "extract(epoch from p.miss_ttl) / 86400"),
        ])
}

/// `/providers`: who is asked about contacts and companies, and how often.
///
/// Addresses and secrets are the command's alone: with them, whoever holds an operator's token could have the secrets of this machine
/// sent anywhere.
struct ProviderRoutes: Sendable {
    private static let name = Input("name", .text(atMost: 40), "The provider.")

    let database: APIDatabase

    var endpoints: [Endpoint] { [list, change, remove] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/providers", summary: "Providers with their limits.", access: .staff,
            answers: [.init(.ok, .list(.provider), "In the order of their making.")]
        ) { call in
            .json(try await database.read(as: call.identity, ProviderReads.select(nil)) { Call.list($0[0], .provider) })
        }
    }

    private var change: Endpoint {
        Endpoint(
            method: .patch, path: "/providers/{name}",
            summary:
                "Change limits: perSecond, perHour, perDay, credits (null: none), concurrency, cacheDays, missDays; what is not named stays.",
            access: .operators, pathInputs: [Self.name], body: .stream(["application/json"], json: []),
            answers: [.init(.ok, .object(.provider), "The provider, which is asked again if it had refused us.")]
        ) { call in
            let (name, members) = (call.path("name"), try await call.members())
            return try await database.answer(for: call) { session in
                let changed = try session.changeProvider(name) { row in
                    for (member, value) in members.sorted(by: { $0.key < $1.key }) {
                        try Self.set(member, value, of: &row)
                    }
                }
                guard changed != nil, let kept = Call.object(try session.query(ProviderReads.select(name)), .provider)
                else {
                    throw Problem.noSuch("provider", name)
                }
                return .json(kept)
            }
        }
    }

    private var remove: Endpoint {
        Endpoint(
            method: .delete, path: "/providers/{name}", summary: "Remove a provider; what it answered stays.",
            access: .operators, pathInputs: [Self.name],
            answers: [.init(.noContent, .empty, "It is not asked any more.")]
        ) { call in
            let name = call.path("name")
            guard try await database.write(for: call, { try $0.removeProvider(name) }) else {
                throw Problem.noSuch("provider", name)
            }
            return Response(status: .noContent)
        }
    }

    private static func set(_ member: String, _ value: JSONValue, of row: inout ProviderRow) throws {
        func number<Number>(_ bounds: ClosedRange<Number>, _ make: (NSDecimalNumber) -> Number?) throws -> Number? {
            if value == .null { return nil }
            guard case .number(let decimal) = value, let number = make(decimal as NSDecimalNumber),
                bounds.contains(number)
            else {
                throw Problem(
                    .invalidBody,
                    "member '\(member)': expected a number from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
            return number
        }
        func whole(_ bounds: ClosedRange<Int>) throws -> Int? { try number(bounds) { Int(exactly: $0) } }
        func given(_ bounds: ClosedRange<Int>) throws -> Int {
            guard let number = try whole(bounds) else {
                throw Problem(.invalidBody, "member '\(member)' cannot be null")
            }
            return number
        }
        switch member {
        case "perSecond": row.limits.perSecond = try number(ProviderBounds.perSecond) { $0.doubleValue }
        case "perHour": row.limits.perHour = try whole(ProviderBounds.period)
        case "perDay": row.limits.perDay = try whole(ProviderBounds.period)
        case "credits": row.limits.creditBudget = try whole(ProviderBounds.credits)
        case "concurrency": row.maximumConcurrency = try given(ProviderBounds.concurrency)
        case "cacheDays": row.cacheSeconds = try given(ProviderBounds.days) * 86_400
        case "missDays": row.missSeconds = try given(ProviderBounds.days) * 86_400
        default:
            throw Problem(
                .invalidBody,
                "unknown member '\(member.prefix(100))': expected one of perSecond, perHour, perDay, credits, concurrency, cacheDays, missDays; catalog provider set changes settings and secrets"
            )
        }
    }
}
