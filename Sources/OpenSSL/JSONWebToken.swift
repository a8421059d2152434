import Foundation

/// A JSON Web Token in its compact form (RFC 7515, section 7.1), taken apart; nothing in it is to be trusted yet.
public struct JSONWebToken {
    /// What its signature is made with.
    public struct Header: Decodable {
        public var alg: String
        public var kid: String?
        /// Extensions that must be understood (RFC 7515, section 4.1.11); none is.
        var crit: [String]?
    }

    /// What it says, by name (RFC 7519, section 4).
    public struct Claims {
        fileprivate let members: [String: Any]

        /// Whether the claim says anything; null says nothing.
        public func has(_ name: String) -> Bool { members[name].map { !($0 is NSNull) } ?? false }
        public func text(_ name: String) -> String? { members[name] as? String }
        public func number(_ name: String) -> Double? { (members[name] as? NSNumber)?.doubleValue }
        /// A string or an array of strings.
        public func texts(_ name: String) -> [String] { text(name).map { [$0] } ?? members[name] as? [String] ?? [] }
    }

    public let header: Header
    public let claims: Claims
    public let signature: [UInt8]
    /// What the signature is of.
    public let signed: [UInt8]

    /// - Returns: nil if the text is not such a token.
    public init?(_ text: String) {
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
    public var expiry: Date? { claims.number("exp").map(Date.init(timeIntervalSince1970:)) }

    /// Makes a token, signed with RS256.
    /// - Parameters:
    ///   - claims: a JSON object.
    ///   - privateKey: PEM.
    /// - Returns: nil if the key is not an RSA key in PEM.
    public static func make(claims: [UInt8], privateKey: String) -> String? {
        let header = Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8)
        let text = "\(header.base64URL).\(claims.base64URL)"
        return RSASignature.sign(Array(text.utf8), privateKey: privateKey).map { "\(text).\($0.base64URL)" }
    }
}
