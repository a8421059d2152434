import Curl
import Foundation
import TestSupport
import Testing

@testable import API

/// Tokens as PyJWT makes them, and keys as an issuer publishes them.
struct JWTIssuerTests {
    /// A process that publishes keys and signs what it is asked to.
    private func with(_ body: (JWTIssuer, (String, String) async throws -> String) async throws -> Void) async throws {
        let python = try PythonTools.program("python")
        try await ListeningProcess.with({ [python, Project.file("Tests/Servers/oidc_issuer.py"), $0] }) { server in
            let (http, origin) = (HTTPClient(), "http://127.0.0.1:\(server.port)")
            let issuer = JWTIssuer(JWTSettings(issuer: origin, audience: "catalog"), http: http)
            try await body(issuer) { algorithm, changes in
                try await http.send(HTTPRequest("GET", "\(origin)/token?alg=\(algorithm)&\(changes)")).body.text
            }
        }
    }

    @Test(arguments: ["RS256", "ES256"]) func aGoodTokenNamesItsVendor(algorithm: String) async throws {
        try await with { issuer, sign in
            let identity = try await issuer.verify(try await sign(algorithm, "vendor_id=V001"))
            #expect(identity == Identity(subject: "jwt:somebody", role: .vendor, vendorID: "V001"))
        }
    }

    @Test func aRoleComesFromItsClaim() async throws {
        try await with { issuer, sign in
            let identity = try await issuer.verify(try await sign("RS256", "catalog_role=auditor"))
            #expect(identity?.role == .auditor)
        }
    }

    @Test(arguments: [
        "vendor_id=V001&exp=-120", "vendor_id=V001&nbf=600", "vendor_id=V001&aud=other", "vendor_id=V001&iss=other",
        "", "catalog_role=emperor", "catalog_role=operator&vendor_id=V001", "vendor_id=V001&forge=signature",
        "vendor_id=V001&forge=none", "vendor_id=V001&forge=hmac", "vendor_id=V001&forge=payload",
        "vendor_id=V001&kid=unknown",
    ])
    func aBadTokenNamesNobody(changes: String) async throws {
        try await with { issuer, sign in
            let identity = try await issuer.verify(try await sign("RS256", changes))
            #expect(identity == nil)
        }
    }

    @Test(arguments: [
        "", "a.b", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30", "e30.e30.", "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsieCJdfQ.e30.",
    ])
    func whatIsNoTokenIsNotAskedAbout(text: String) {
        #expect(JWT(text) == nil)
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
