import Catalog
import Hummingbird
import Ingest
import NIOCore
import Postgres
import Text

extension Shape {
    private static let tokenFields: [Field] = [
        .init("tokenId", .text, "The public part of the token."),
        .init("role", .choice(AccessRole.allCases.map(\.rawValue)), "The access it gives."),
        .init("vendorId", .text, "The vendor whose rows it gives access to.", nullable: true),
        .init("description", .text, "What it is for."),
        .init("createdAt", .timestamp, "When it was made."),
        .init("expiresAt", .timestamp, "When it expires."),
        .init("revokedAt", .timestamp, "When it was revoked.", nullable: true),
        .init("lastUsedAt", .timestamp, "To the minute.", nullable: true),
    ]

    static let token = Shape(name: "Token", fields: tokenFields)

    /// A token with what is shown once.
    static let newToken = Shape(
        name: "NewToken",
        fields: tokenFields + [.init("token", .text, "The bearer token: it is never shown again.", column: "''")])
}

/// `/vendors/{vendorId}/tokens`: what opens a vendor's rows to its programs.
struct TokenRoutes: Sendable {
    let database: APIDatabase

    private static let path = "/vendors/{vendorId}/tokens"

    var endpoints: [Endpoint] { [list, add, revoke] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: Self.path, summary: "Tokens of a vendor, without their secrets.", access: .staff,
            pathInputs: [VendorRoutes.vendorID], answers: [.init(.ok, .list(.token), "All tokens.")]
        ) { call in
            let id = call.path("vendorId")
            let (exists, list) = try await database.read(
                as: call.identity, VendorReads.select(id), TokenReads.list(vendor: id)
            ) { (!$0[0].isEmpty, Call.list($0[1], .token)) }
            guard exists else { throw Problem.noSuch("vendor", id) }
            return .json(list)
        }
    }

    private var add: Endpoint {
        let inputs = [
            Input("description", .text(atMost: 200), "What it is for."),
            Input("days", .integer(1...3650), "Lifetime in days; the default is 365."),
        ]
        return Endpoint(
            method: .post, path: Self.path, summary: "Create a token; it is shown once.", access: .operators,
            pathInputs: [VendorRoutes.vendorID], body: .json(inputs),
            answers: [.init(.created, .object(.newToken), "The token.")], tellsSecret: true
        ) { call in
            let (id, values, secret) = (call.path("vendorId"), try await call.json(inputs), TokenSecret.make())
            let token = NewAPIToken(
                tokenID: secret.tokenID, secretSHA256: secret.sha256, role: .vendor, vendorID: id,
                description: values.text("description") ?? "", lifetimeDays: values.integer("days") ?? 365)
            do {
                return try await database.answer(for: call) { session in
                    _ = try session.addToken(token)
                    guard let row = try session.first(TokenReads.select(secret.tokenID)) else {
                        throw Problem.noSuch("token", secret.tokenID)
                    }
                    // The secret itself never goes to the server, whose log may show parameters.
                    var json = JSONWriter()
                    json.object { json in
                        json.members(of: row, .token)
                        json.string("token", secret.text)
                    }
                    return .json(json.buffer, .created)
                }
            } catch let error as PostgresError where error.constraint == "api_tokens_vendor_exists" {
                throw Problem.noSuch("vendor", id)
            }
        }
    }

    private var revoke: Endpoint {
        Endpoint(
            method: .delete, path: "\(Self.path)/{tokenId}", summary: "Revoke a token, with immediate effect.",
            access: .operators,
            pathInputs: [VendorRoutes.vendorID, Input("tokenId", .text(atMost: 40), "The token.")],
            answers: [.init(.noContent, .empty, "It no longer works.")]
        ) { call in
            let (vendor, token) = (call.path("vendorId"), call.path("tokenId"))
            let isKnown = try await database.write(for: call) { try $0.revokeToken(token, vendorID: vendor) }
            guard isKnown else { throw Problem.noSuch("token", token) }
            return Response(status: .noContent)
        }
    }
}
