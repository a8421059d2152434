import Curl
import Enrichment
import Foundation

/// As what this service lets people sign in at the issuer.
package struct IssuerClient: Sendable {
    package var clientID: String
    /// Where its secret is; nil for a client that has none.
    package var secretID: String?
    /// What is asked for, separated by blanks.
    package var scope = "openid"

    package init(clientID: String) {
        self.clientID = clientID
    }
}

/// Takes the code that a browser brought from the issuer there, for an ID token (OpenID Connect Core 1.0, section 3.1.3).
struct CodeExchange: Sendable {
    let client: IssuerClient
    let redirectURL: String
    let http: HTTPClient
    let secret: SecretReader

    /// - Parameters:
    ///   - code: of the browser.
    ///   - verifier: of which the request for the code had the hash (RFC 7636).
    /// - Throws: `IssuerSignInFailure`; `IssuerUnavailable`; `HTTPTransportError`; `CancellationError`.
    func idToken(for code: String, verifier: String, at endpoints: IssuerMetadata.Endpoints) async throws -> String {
        let fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURL),
            ("code_verifier", verifier),
        ]
        guard let secretID = client.secretID else {
            return try Self.idToken(in: await post(fields + [("client_id", client.clientID)], to: endpoints.token))
        }
        let known = try await read(secretID, refused: nil)
        let answer = try await post(fields, with: known, to: endpoints)
        guard Self.code(in: answer) == "invalid_client" else { return try Self.idToken(in: answer) }
        // It may be another one by now.
        let newer = try await read(secretID, refused: known)
        guard newer != known else { return try Self.idToken(in: answer) }
        return try Self.idToken(in: await post(fields, with: newer, to: endpoints))
    }

    private func read(_ secretID: String, refused: String?) async throws -> String {
        do {
            let text = try await secret(secretID, refused).trimmingCharacters(in: .whitespacesAndNewlines)
            KnownSecrets.remember(text)
            return text
        } catch let error as CancellationError {
            throw error
        } catch {
            throw IssuerUnavailable(reason: "the client's secret cannot be read: \(error)")
        }
    }

    private func post(
        _ fields: [(String, String)], with secret: String, to endpoints: IssuerMetadata.Endpoints
    ) async throws -> HTTPResponse {
        guard endpoints.takesBasic else {
            return try await post(
                fields + [("client_id", client.clientID), ("client_secret", secret)], to: endpoints.token)
        }
        // Both are encoded first: RFC 6749, section 2.3.1.
        let pair = "\(client.clientID.formEncoded):\(secret.formEncoded)"
        let header = ("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())")
        return try await post(fields, [header], to: endpoints.token)
    }

    private func post(
        _ fields: [(String, String)], _ headers: [(name: String, value: String)] = [], to url: String
    ) async throws -> HTTPResponse {
        try await http.send(
            HTTPRequest(
                "POST", url,
                headers: headers + [
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
                ], body: .bytes(Array(fields.formEncoded.utf8)), timeout: IssuerMetadata.timeout))
    }

    private struct Answer: Decodable {
        var id_token: String?
        var error: String?
    }

    private static func idToken(in response: HTTPResponse) throws -> String {
        if response.isSuccess {
            guard let token = answer(in: response)?.id_token else { throw IssuerSignInFailure.untrusted }
            return token
        }
        guard let code = code(in: response) else {
            throw IssuerUnavailable(reason: "its token endpoint answered \(response.status)")
        }
        if code == "invalid_grant" { throw IssuerSignInFailure.over }
        throw IssuerUnavailable(reason: "its token endpoint answered \(response.status) \(code.plainCode)")
    }

    private static func code(in response: HTTPResponse) -> String? {
        response.isSuccess ? nil : answer(in: response)?.error
    }

    private static func answer(in response: HTTPResponse) -> Answer? {
        try? JSONDecoder().decode(Answer.self, from: Data(response.body))  // what is no such JSON says nothing
    }
}

extension [(String, String)] {
    /// `a=1&b=2`, for a query or a form.
    var formEncoded: String { map { "\($0.formEncoded)=\($1.formEncoded)" }.joined(separator: "&") }
}

extension String {
    /// Nothing but unreserved characters stays as it is (RFC 3986, section 2.3).
    fileprivate var formEncoded: String {
        addingPercentEncoding(
            withAllowedCharacters: CharacterSet(
                charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) ?? ""
    }

    /// A code of RFC 6749, section 5.2; whatever else somebody sent is no word for a log.
    var plainCode: String { wholeMatch(of: /[a-z_]{1,60}/) == nil ? "with another error" : self }
}
