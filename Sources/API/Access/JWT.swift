import Foundation
import OpenSSL

/// A JSON Web Token in its compact form (RFC 7515, section 7.1), taken apart; nothing in it is believed yet.
struct JWT {
    struct Header: Decodable {
        var alg: String
        var kid: String?
        /// Extensions that must be understood (RFC 7515, section 4.1.11); none is.
        var crit: [String]?
    }

    struct Claims {
        fileprivate let members: [String: Any]

        /// Whether the claim says anything; null says nothing.
        func has(_ name: String) -> Bool { members[name].map { !($0 is NSNull) } ?? false }
        func text(_ name: String) -> String? { members[name] as? String }
        func number(_ name: String) -> Double? { (members[name] as? NSNumber)?.doubleValue }
        /// A string or an array of strings.
        func texts(_ name: String) -> [String] { text(name).map { [$0] } ?? members[name] as? [String] ?? [] }
    }

    let header: Header
    let claims: Claims
    let signature: [UInt8]
    /// What the signature is of.
    let signed: [UInt8]

    /// - Returns: nil if the text is no such token.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count <= 16_384,
            let headerJSON = [UInt8](base64URL: parts[0]), let claimsJSON = [UInt8](base64URL: parts[1]),
            let signature = [UInt8](base64URL: parts[2]),
            // What cannot be read is no token.
            let header = try? JSONDecoder().decode(Header.self, from: Data(headerJSON)), header.crit == nil,
            let members = try? JSONSerialization.jsonObject(with: Data(claimsJSON)) as? [String: Any]
        else { return nil }
        self.header = header
        claims = Claims(members: members)
        self.signature = signature
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }
}
