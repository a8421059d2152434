import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// Signing in at an issuer of OpenID Connect, which is a process of its own.
@Suite(.timeLimit(.minutes(10))) struct IssuerSignInTests {
    private static let secret = "s3cret/of+portal%"

    /// The portal beside a provider, and a browser without one.
    private struct Visit: Sendable {
        let portal: PortalEnvironment
        let provider: IdentityProvider

        /// - Returns: where the browser is sent, and the cookie that it takes along.
        func begin(_ query: String = "") async throws -> (url: String, cookie: String) {
            let answer = try await portal.get("/sign-in/oidc\(query)", cookie: nil)
            guard answer.status == 303, let url = answer.headers["location"], let cookie = answer.headers["set-cookie"]
            else { throw UnexpectedAnswer(text: "\(answer.status) \(answer.text)") }
            return (url, String(cookie.prefix { $0 != ";" }))
        }

        /// - Returns: the path of the callback.
        func decide(_ url: String, as person: String) async throws -> String {
            let back = try await provider.decide(url, as: person)
            #expect(back.hasPrefix("\(portal.api.url)/portal/sign-in/oidc/callback?"), "\(back)")
            return String(back.dropFirst(portal.api.url.count))
        }

        func signIn(as person: String, _ query: String = "") async throws -> APIEnvironment.Answer {
            let (url, cookie) = try await begin(query)
            return try await portal.get(try await decide(url, as: person), cookie: cookie)
        }

        /// The cookie of a session.
        static func session(in answer: APIEnvironment.Answer) -> String? {
            answer.headers["set-cookie"].flatMap { $0.firstMatch(of: /catalog=ses_\w+/).map { String($0.output) } }
        }
    }

    private static func settings(_ provider: IdentityProvider, clientID: String = "portal") -> [String: String] {
        [
            "CATALOG_OIDC_ISSUER": provider.url, "CATALOG_OIDC_AUDIENCE": "catalog", "CATALOG_OIDC_CLIENT_ID": clientID,
        ]
    }

    private static func with(_ clientID: String = "portal", _ body: (Visit) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        try await IdentityProvider.with { provider in
            var variables = settings(provider, clientID: clientID)
            if clientID == "portal" {
                variables["CATALOG_OIDC_CLIENT_SECRET"] = "file:\(try folder.write("\(secret)\n", to: "secret"))"
            }
            try await PortalEnvironment.with(isPublic: true, variables) {
                try await body(Visit(portal: $0, provider: provider))
            }
        }
        withExtendedLifetime(folder) {}
    }

    @Test(
        "People sign in with their role and vendor, by a client with a secret or without",
        arguments: ["portal", "public"])
    func signIn(clientID: String) async throws {
        try await Self.with(clientID) { visit in
            let portal = visit.portal
            try await portal.api.upload("foreign", as: "V002")
            #expect(
                try await portal.get("/sign-in?next=%2Fx", cookie: nil).text.contains(
                    "href=\"/sign-in/oidc?next=%2Fx\""))
            let begun = try await portal.get("/sign-in/oidc", cookie: nil)
            #expect(begun.headers["set-cookie"]?.hasSuffix("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax") == true)
            let url = begun.headers["location"] ?? ""
            #expect(url.hasPrefix("\(visit.provider.url)/authorize?response_type=code&client_id=\(clientID)&"))
            #expect(
                url.contains("code_challenge_method=S256") && url.contains("scope=openid&") && !url.contains("oid_"))
            for (person, path, status) in [
                ("V001", "/ops", 403), ("V001", "/portal/products/V002/foreign-1", 404), ("operator", "/ops", 200),
                ("auditor", "/portal/products/V002/foreign-1", 200),
            ] {
                let page = try await visit.signIn(as: person)
                #expect(page.status == 200 && page.headers["refresh"] == "0; url=/portal", "\(page.text)")
                #expect(page.headers["referrer-policy"] == "no-referrer" && page.headers["cache-control"] == "no-store")
                let cookie = try #require(Visit.session(in: page))
                #expect(try await portal.get(path, cookie: cookie).status == status)
            }
            let seen = try await visit.provider.seen().filter { !$0.isWhitespace }
            #expect(seen.contains("\"basic\":\(clientID == "portal")") && seen.contains("code_verifier"))
            #expect(!seen.contains("client_secret"))
            let actions = try await portal.api.service.catalog.rows(
                "select distinct action, actor, coalesce(object, '') from audit.actions where action like '%callback' order by 2"
            )
            let action = "GET /portal/sign-in/oidc/callback"
            #expect(
                actions == [[action, "jwt:V001", "V001"], [action, "jwt:auditor", ""], [action, "jwt:operator", ""]])
        }
    }

    @Test(
        "Whatever the provider does wrong signs nobody in, is a page that says what to do, and is over as soon as all is well"
    )
    func misbehaviour() async throws {
        let wrong = [
            ("nonce", 403), ("audience", 403), ("expired", 403), ("issuer", 403), ("signature", 403), ("none", 403),
            ("party", 403), ("missing", 403), ("nonsense", 403), ("refuse", 503), ("down", 503), ("slow", 503),
        ]
        try await Self.with { visit in
            for (how, status) in wrong {
                let (url, cookie) = try await visit.begin()
                let path = try await visit.decide(url, as: "V001")
                try await visit.provider.behave(how)
                let answer = try await visit.portal.get(path, cookie: cookie)
                #expect(answer.status == status && answer.text.hasPrefix("<!doctype html>"), "\(how): \(answer.status)")
                #expect(Visit.session(in: answer) == nil && !answer.text.contains(Self.secret), "\(how)")
                #expect((answer.headers["retry-after"] != nil) == (status == 503), "\(how)")
                try await visit.provider.behave("")
                #expect(Visit.session(in: try await visit.signIn(as: "V001")) != nil, "after \(how)")
            }
            for person in ["nobody", "emperor", "V999"] {
                let answer = try await visit.signIn(as: person)
                #expect(answer.status == 403 && answer.text.contains("no vendor and no role"), "\(person)")
                #expect(Visit.session(in: answer) == nil)
            }
            let cookie = try #require(Visit.session(in: try await visit.signIn(as: "V002")))
            try await visit.portal.api.service.catalog.succeed("vendor", "suspend", "V002")
            #expect(try await visit.portal.get("/portal", cookie: cookie).status == 303)
            #expect(try await visit.signIn(as: "V002").status == 403)
            let count = try await visit.portal.api.service.value(
                "select count(*) from catalog.sessions where vendor_id = 'V999'")
            #expect(count == "0")
        }
    }

    @Test("An issuer that is away from the start is a page, and then it is not")
    func away() async throws {
        try await IdentityProvider.with { provider in
            try await provider.behave("down")
            try await PortalEnvironment.with(isPublic: true, Self.settings(provider, clientID: "public")) { portal in
                let answer = try await portal.get("/sign-in/oidc", cookie: nil)
                #expect(answer.status == 503 && answer.headers["retry-after"] != nil)
                #expect(answer.text.contains("cannot be reached") && answer.headers["set-cookie"] == nil)
                try await provider.behave("")
                try await eventually { try await portal.get("/sign-in/oidc", cookie: nil).status == 303 }
            }
        }
    }

    @Test("What comes back counts once, in the browser that began it, for ten minutes, and leads to no other site")
    func state() async throws {
        try await Self.with { visit in
            let portal = visit.portal
            let (url, cookie) = try await visit.begin()
            let path = try await visit.decide(url, as: "V001")
            let (_, other) = try await visit.begin()
            let state = try #require(path.firstMatch(of: /state=[^&]+/)).output
            for (path, cookie) in [
                (path, nil), (path, other), (path, "catalog-issuer=oid_x_y"),
                (path.replacing(state, with: "state=x"), cookie),
                (path.replacing(state, with: "x=y"), cookie), ("\(path)&\(state)", cookie), ("\(path)&x=%FF", cookie),
                ("/portal/sign-in/oidc/callback", cookie), ("/portal/sign-in/oidc/callback?error=access_denied", nil),
            ] {
                let answer = try await portal.get(path, cookie: cookie)
                #expect(answer.status == 400 && Visit.session(in: answer) == nil, "\(path) \(answer.status)")
            }
            // Of many at once one counts, and what a provider adds does not matter.
            let answers = try await withThrowingTaskGroup(of: APIEnvironment.Answer.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await portal.get("\(path)&session_state=a.b&iss=x", cookie: cookie) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.map(\.status).sorted() == [200] + Array(repeating: 400, count: 7))

            let (late, lateCookie) = try await visit.begin()
            let tooLate = try await visit.decide(late, as: "V001")
            _ = try await portal.api.service.value(
                """
                with late as (update catalog.issuer_sign_ins set expires_at = expires_at - interval '10 minutes' returning 1)
                select count(*) from late
                """)
            #expect(try await portal.get(tooLate, cookie: lateCookie).status == 400)
            let refused = try await visit.signIn(as: "refuse")
            #expect(refused.status == 403 && refused.text.contains("not finished"))

            for (next, page) in [
                ("%2Fportal%2Fproducts%3Fq%3Da", "/portal/products?q=a"), ("%2F%2Fevil.example", "/portal"),
                ("https%3A%2F%2Fevil.example", "/portal"), ("%2F%5Cevil.example", "/portal"),
            ] {
                let answer = try await visit.signIn(as: "V001", "?next=\(next)")
                #expect(answer.headers["refresh"] == "0; url=\(page)", "\(next)")
            }
            #expect(try await portal.post("/portal/sign-in/oidc/callback", cookie: cookie).status == 405)
        }
    }

    @Test("Without a client there is no button, and no log has a secret, a code or a token")
    func silence() async throws {
        let folder = try TemporaryFolder()
        try await IdentityProvider.with { provider in
            var variables = Self.settings(provider)
            variables["CATALOG_OIDC_CLIENT_ID"] = nil
            try await PortalEnvironment.with(roles: "api,portal", isPublic: true, variables) { portal in
                let (page, way) = (
                    try await portal.get("/sign-in", cookie: nil), try await portal.get("/sign-in/oidc", cookie: nil)
                )
                #expect(!page.text.contains("oidc") && way.status == 404)
            }
            let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
            let settings = Self.settings(provider).merging([
                "CATALOG_HTTP_ADDRESS": address, "CATALOG_PUBLIC_URL": "http://\(address)",
                "CATALOG_LOG_LEVEL": "trace",
                "CATALOG_OIDC_CLIENT_SECRET": "file:\(try folder.write(Self.secret, to: "secret"))",
            ]) { $1 }
            try await ServiceEnvironment.with(vendors: ["V001", "V002"], settings) { service in
                let portal = PortalEnvironment(api: try await APIEnvironment(service, at: address))
                let visit = Visit(portal: portal, provider: provider)
                let process = try service.start("serve", "--roles", "api,portal")
                try await portal.api.waitUntilReady()
                let (url, cookie) = try await visit.begin()
                let path = try await visit.decide(url, as: "V001")
                #expect(try await portal.get(path, cookie: cookie).status == 200)
                for how in ["refuse", "nonce", "down"] {
                    let (url, cookie) = try await visit.begin()
                    let path = try await visit.decide(url, as: "V001")
                    try await provider.behave(how)
                    #expect(try await portal.get(path, cookie: cookie).status >= 400)
                    try await provider.behave("")
                }
                process.signal(SIGTERM)
                let end = try await process.wait()
                let log = end.output + end.error
                #expect(log.contains("sign_in.issuer.failed") && log.contains("sign_in.untrusted"))
                let code = try #require(path.firstMatch(of: /code=([^&]+)/)).1
                for word in [Self.secret, "eyJ", "state=", String(code)] {
                    #expect(!log.contains(word), "\(word)")
                }
                #expect(!log.contains(/(ses|oid)_[a-z2-9]{12}_[a-z2-9]{40}/))
            }
        }
        withExtendedLifetime(folder) {}
    }

    @Test("In a browser, with and without scripts: from a page to the provider and back to that page")
    func browser() async throws {
        try await Self.with { visit in
            let problems = try await visit.portal.browse("issuer", ["provider": visit.provider.url])
            #expect(problems == [])
        }
    }
}
