import Foundation
import OpenSSL

/// What is needed of JSON Web Tokens: RFC 7519, signed with RS256.
enum JSONWebToken {
    /// - Returns: nil if the key is no RSA key in PEM.
    static func signed(_ claims: JSONValue, privateKey: String) -> String? {
        let header = JSONValue.object(["alg": .string("RS256"), "typ": .string("JWT")])
        let text = "\(base64(header.bytes)).\(base64(claims.bytes))"
        return RSASignature.sign(Array(text.utf8), privateKey: privateKey).map { "\(text).\(base64($0))" }
    }

    /// A minute before the token expires; nil if it does not say so.
    static func expiry(of token: String) -> Date? {
        let parts = token.split(separator: ".")
        guard parts.count == 3, let claims = bytes(parts[1]).flatMap({ JSONValue($0) }),
            let expiry = claims["exp"]?.text.flatMap({ Double($0) })
        else { return nil }
        return Date(timeIntervalSince1970: expiry - 60)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)).map(Array.init)
    }
}
