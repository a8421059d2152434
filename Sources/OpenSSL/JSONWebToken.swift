package import Foundation

/// A JSON Web Token in its compact form (RFC 7515, section 7.1), taken apart; nothing in it is to be trusted yet.
package struct JSONWebToken {
    /// What its signature is made with.
    package struct Header: Decodable {
        package var alg: String
        package var kid: String?
        /// Extensions that must be understood (RFC 7515, section 4.1.11); none is.
        var crit: [String]?
    }

    /// What it says, by name (RFC 7519, section 4).
    package struct Claims {
        fileprivate let members: [String: Any]

        /// Whether the claim says anything; null says nothing.
        package func has(_ name: String) -> Bool { members[name].map { !($0 is NSNull) } ?? false }
        package func text(_ name: String) -> String? { members[name] as? String }
        package func number(_ name: String) -> Double? { (members[name] as? NSNumber)?.doubleValue }
        /// A string or an array of strings.
        package func texts(_ name: String) -> [String] { text(name).map { [$0] } ?? members[name] as? [String] ?? [] }
    }

    package let header: Header
    package let claims: Claims
    package let signature: [UInt8]
    /// What the signature is of.
    package let signed: [UInt8]

    /// - Returns: nil if the text is not such a token.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count <= 16_384,
            let headerJSON = [UInt8](base64URL: parts[0]), let claimsJSON = [UInt8](base64URL: parts[1]),
            let signature = [UInt8](base64URL: parts[2]),
            // What cannot be read is not a token.
            let header = try? JSONDecoder().decode(Header.self, from: Data(headerJSON)), header.crit == nil,
            let members = try? JSONSerialization.jsonObject(with: Data(claimsJSON)) as? [String: Any]
        else { return nil }
        self.header = header
        claims = Claims(members: members)
        self.signature = signature
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }

    /// When it expires; nil if it does not say so.
    package var expiry: Date? { claims.number("exp").map(Date.init(timeIntervalSince1970:)) }

    /// Makes a token, signed with RS256.
    /// - Parameters:
    ///   - claims: a JSON object.
    ///   - privateKey: PEM.
    /// - Returns: nil if the key is not an RSA key in PEM.
    package static func make(claims: [UInt8], privateKey: String) -> String? {
        let header = Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8)
        let text = "\(header.base64URL).\(claims.base64URL)"
        return RSASignature.sign(Array(text.utf8), privateKey: privateKey).map { "\(text).\($0.base64URL)" }
    }
}
