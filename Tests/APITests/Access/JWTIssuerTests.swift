import Catalog
import Curl
import Foundation
import Logging
import OpenSSL
import TestSupport
import Testing

@testable import API

/// Tokens as PyJWT makes them, and keys as an issuer publishes them.
@Suite(.timeLimit(.minutes(2))) struct JWTIssuerTests {
    /// A process that publishes keys, signs what it is asked to and can refuse to tell its keys.
    private struct Issuer {
        let verifier: JWTIssuer
        private let origin: String
        private let time: TestClock
        private let http = HTTPClient()

        init(origin: String) {
            let time = TestClock(Date())
            (self.origin, self.time) = (origin, time)
            let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            verifier = JWTIssuer(
                JWTSettings(issuer: origin, audience: "catalog"), http: HTTPClient(), logger: quiet, now: { time.now })
        }

        func sign(_ algorithm: String, _ changes: String) async throws -> String {
            try await get("token?alg=\(algorithm)&\(changes)")
        }

        /// From now on the keys are not to be had, or again.
        func isAway(_ away: Bool) async throws { _ = try await get("away?on=\(away ? 1 : 0)") }

        /// How often somebody asked where the keys are.
        func asked() async throws -> Int? { Int(try await get("asked")) }

        /// Lets time pass for the verifier; tokens live 5 minutes and are made anew.
        func wait(_ seconds: TimeInterval) { time.advance(seconds) }

        private func get(_ path: String) async throws -> String {
            String(decoding: try await http.send(HTTPRequest("GET", "\(origin)/\(path)")).body, as: UTF8.self)
        }
    }

    private func with(_ body: (Issuer) async throws -> Void) async throws {
        let python = try PythonTools.program("python")
        try await ListeningProcess.with({ [python, Project.file("Tests/Servers/oidc_issuer.py"), $0] }) { server in
            try await body(Issuer(origin: "http://127.0.0.1:\(server.port)"))
        }
    }

    @Test(arguments: ["RS256", "ES256"]) func aGoodTokenNamesItsVendor(algorithm: String) async throws {
        try await with { issuer in
            let identity = await issuer.verifier.verify(try await issuer.sign(algorithm, "vendor_id=V001"))
            #expect(identity == Identity(subject: "jwt:somebody", role: .vendor, vendorID: "V001"))
        }
    }

    @Test func aRoleComesFromItsClaim() async throws {
        try await with { issuer in
            let identity = await issuer.verifier.verify(try await issuer.sign("RS256", "catalog_role=auditor"))
            #expect(identity?.role == .auditor)
        }
    }

    @Test(arguments: [
        "vendor_id=V001&exp=-120", "vendor_id=V001&nbf=600", "vendor_id=V001&aud=other", "vendor_id=V001&iss=other",
        "", "catalog_role=emperor", "catalog_role=operator&vendor_id=V001", "vendor_id=V001&forge=signature",
        "vendor_id=V001&forge=none", "vendor_id=V001&forge=hmac", "vendor_id=V001&forge=payload",
        "vendor_id=V001&kid=unknown", "vendor_id=", "vendor_id=V001&sub=", "vendor_id=json:7",
        "vendor_id=V001&catalog_role=json:[%22operator%22]", "vendor_id=V001&catalog_role=json:true",
        "catalog_role=operator&vendor_id=json:7",
    ])
    func aBadTokenNamesNobody(changes: String) async throws {
        try await with { issuer in
            let identity = await issuer.verifier.verify(try await issuer.sign("RS256", changes))
            #expect(identity == nil)
        }
    }

    @Test("An issuer that is away locks nobody out: keys that were told stay good")
    func away() async throws {
        try await with { issuer in
            let token = try await issuer.sign("RS256", "vendor_id=V001&exp=100000")
            #expect(await issuer.verifier.verify(token) != nil)
            try await issuer.isAway(true)
            for _ in 0..<5 {
                issuer.wait(700)
                let identity = await issuer.verifier.verify(token)
                #expect(identity?.vendorID == "V001")
            }
            // Each time the issuer was asked once, and in the pause after it not at all.
            let asked = try await issuer.asked()
            let unknown = try await issuer.sign("RS256", "vendor_id=V001&kid=unknown")
            for token in [token, unknown] {
                let identity = await issuer.verifier.verify(token)
                #expect((identity == nil) == (token == unknown))
            }
            #expect(asked == 6)
            #expect(try await issuer.asked() == asked)
        }
    }

    @Test("Tokens with unknown keys make one request for all, whether the issuer answers or not; unsigned ones none")
    func manyUnknown() async throws {
        try await with { issuer in
            let none = try await issuer.sign("RS256", "vendor_id=V001&forge=none")
            #expect(await issuer.verifier.verify(none) == nil)
            #expect(try await issuer.asked() == 0)
            let unknown = try await issuer.sign("ES256", "vendor_id=V001&kid=unknown")
            for isAway in [true, false] {
                try await issuer.isAway(isAway)
                let before = try #require(try await issuer.asked())
                await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<50 { group.addTask { await issuer.verifier.verify(unknown) == nil } }
                    for await isNobody in group { #expect(isNobody) }
                }
                #expect(try await issuer.asked() == before + 1)
                issuer.wait(31)
            }
        }
    }

    @Test("A key that the issuer began to use is asked for, once the last question is half a minute old")
    func newKey() async throws {
        try await with { issuer in
            #expect(await issuer.verifier.verify(try await issuer.sign("RS256", "vendor_id=V001")) != nil)
            let unknown = try await issuer.sign("RS256", "vendor_id=V001&kid=unknown")
            for (pause, asked) in [(0.0, 1), (29, 1), (1, 2), (5, 2)] {
                issuer.wait(pause)
                #expect(await issuer.verifier.verify(unknown) == nil)
                #expect(try await issuer.asked() == asked)
            }
        }
    }

    @Test(arguments: [
        "", "a.b", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30", "e30.e30.", "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsieCJdfQ.e30.",
    ])
    func whatIsNotATokenIsNotAskedAbout(text: String) {
        #expect(JSONWebToken(text) == nil)
    }
}
