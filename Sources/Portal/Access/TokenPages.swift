import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird
import Postgres

/// `/portal/tokens`: what opens the vendor's rows to its programs, and to its people here.
struct TokenPages: Sendable {
    static let path = SitePath("/portal/tokens")
    private static let inputs = [
        Input("description", .text(atMost: 200), "What it is for.", required: true),
        Input("days", .integer(1...365), "Lifetime in days."),
    ]

    let site: Site

    var endpoints: [Endpoint] { [list, add, revoke] }

    private var list: Endpoint {
        .page(.get, "/portal/tokens", access: .roles([.vendor])) { call in try await page(call, made: nil) }
    }

    private var add: Endpoint {
        .page(.post, "/portal/tokens", access: .roles([.vendor]), tellsSecret: true) { call in
            let (vendor, values, secret) = (try Self.vendor(call), try await call.form(Self.inputs), TokenSecret.make())
            let token = NewAPIToken(
                tokenID: secret.tokenID, secretSHA256: secret.sha256, role: .vendor, vendorID: vendor,
                description: values.text("description") ?? "", lifetimeDays: values.integer("days") ?? 90)
            _ = try await site.services.database.write(for: call) { try $0.addToken(token) }
            return try await page(call, made: secret.text)
        }
    }

    private var revoke: Endpoint {
        .page(
            .post, "/portal/tokens/{tokenId}/revoke", access: .roles([.vendor]),
            pathInputs: [Input("tokenId", .text(atMost: 40), "The token.")]
        ) { call in
            let (vendor, token) = (try Self.vendor(call), call.path("tokenId"))
            return try await site.services.database.answer(for: call) { session in
                guard try session.revokeToken(token, vendorID: vendor) else { throw Problem.noSuch("token", token) }
                return site.redirection(to: Self.path)
            }
        }
    }

    /// - Parameter made: a token that is shown this once.
    private func page(_ call: Call, made: String?) async throws -> Response {
        let vendor = try Self.vendor(call)
        let tokens = try await site.services.database.pool.run { try $0.tokens(vendorID: vendor) }
        return site.page(call, Texts.tokens, at: .tokens) { TokenView(tokens: tokens.reversed(), made: made) }
    }

    private static func vendor(_ call: Call) throws -> String {
        guard let vendor = call.identity.vendorID else { throw Problem(.forbidden, "only vendors have tokens here") }
        return vendor
    }
}
