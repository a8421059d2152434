import OpenSSL

/// What somebody shows to be let in: `cat_<id>_<secret>`, or the same of another kind.
package struct TokenSecret: Sendable, Equatable {
    /// What it opens, as its first letters say.
    package enum Kind: String, Sendable {
        /// A bearer token.
        case token = "cat"
        /// The cookie of somebody who is signed in at the pages.
        case session = "ses"
        /// A link that was mailed.
        case link = "lnk"
        /// The cookie of somebody who was sent to the issuer.
        case issuer = "oid"
    }

    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
    private static let (nameLength, secretLength) = (12, 40)

    package let kind: Kind
    package let tokenID: String
    private let secret: String

    /// Makes one that nobody can guess: 60 bits of name, 200 bits of secret.
    package static func make(_ kind: Kind = .token) -> TokenSecret {
        var generator = SystemRandomNumberGenerator()
        return TokenSecret(kind, of: (0..<(nameLength + secretLength)).map { _ in UInt8(generator.next() & 31) })
    }

    /// - Returns: nil if the text is none of the kind.
    package init?(_ text: String, _ kind: Kind = .token) {
        let parts = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(kind.rawValue.utf8), (1...40).contains(parts[1].count),
            (1...100).contains(parts[2].count)
        else { return nil }
        self.init(
            kind: kind, tokenID: String(decoding: parts[1], as: UTF8.self),
            secret: String(decoding: parts[2], as: UTF8.self))
    }

    /// - Parameter bytes: of each, five bits count.
    private init(_ kind: Kind, of bytes: [UInt8]) {
        let letters = bytes.prefix(Self.nameLength + Self.secretLength).map { Self.alphabet[Int($0 & 31)] }
        self.init(
            kind: kind, tokenID: String(letters[..<Self.nameLength]), secret: String(letters[Self.nameLength...]))
    }

    private init(kind: Kind, tokenID: String, secret: String) {
        self.kind = kind
        self.tokenID = tokenID
        self.secret = secret
    }

    /// Shown once, to who asked for the token.
    package var text: String { "\(kind.rawValue)_\(tokenID)_\(secret)" }

    /// 64 lower-case hexadecimal digits. A secret of this length needs no salt and no slow hash.
    package var sha256: String { SHA256.hash(Array(secret.utf8)).hex }

    /// Another secret, which says nothing of this one.
    /// - Returns: 43 characters of base 64 for URLs.
    package func derived(for purpose: String) -> String {
        HMACSHA256.code(of: Array(purpose.utf8), key: Array(secret.utf8)).base64URL
    }

    /// The same, with a name of its own; of each kind the same each time.
    package func derived(_ kind: Kind, for purpose: String) -> TokenSecret {
        let code = { (half: Int) in
            HMACSHA256.code(of: Array("\(kind.rawValue) \(half) \(purpose)".utf8), key: Array(secret.utf8))
        }
        return TokenSecret(kind, of: code(1) + code(2))
    }

    /// Compares in a time that says nothing of where the difference is.
    package func matches(_ storedSHA256: String) -> Bool {
        let (given, stored) = (Array(sha256.utf8), Array(storedSHA256.utf8))
        guard given.count == stored.count else { return false }
        return zip(given, stored).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
