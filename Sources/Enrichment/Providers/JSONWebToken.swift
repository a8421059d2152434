import Foundation
import OpenSSL

/// What is needed of JSON Web Tokens: RFC 7519, signed with RS256.
enum JSONWebToken {
    /// - Returns: nil if the key is no RSA key in PEM.
    static func signed(_ claims: JSONValue, privateKey: String) -> String? {
        let header = JSONValue.object(["alg": .string("RS256"), "typ": .string("JWT")])
        let text = "\(header.bytes.base64URL).\(claims.bytes.base64URL)"
        return RSASignature.sign(Array(text.utf8), privateKey: privateKey).map { "\(text).\($0.base64URL)" }
    }

    /// A minute before the token expires; nil if it does not say so.
    static func expiry(of token: String) -> Date? {
        let parts = token.split(separator: ".")
        guard parts.count == 3, let claims = [UInt8](base64URL: parts[1]).flatMap({ JSONValue($0) }),
            let expiry = claims["exp"]?.text.flatMap({ Double($0) })
        else { return nil }
        return Date(timeIntervalSince1970: expiry - 60)
    }
}
