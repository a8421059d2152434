import Catalog
import OpenSSL

/// The words of a bearer token: `cat_<id>_<secret>`.
package struct TokenSecret: Sendable, Equatable {
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")

    package let tokenID: String
    private let secret: String

    /// Makes one that nobody can guess: 60 bits of name, 200 bits of secret.
    package static func make() -> TokenSecret {
        var generator = SystemRandomNumberGenerator()
        let word = { (length: Int) in
            String((0..<length).map { _ in alphabet[Int(generator.next() & 31)] })
        }
        return TokenSecret(tokenID: word(12), secret: word(40))
    }

    /// - Returns: nil if the text is not a token.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "cat", (1...40).contains(parts[1].count), (1...100).contains(parts[2].count)
        else { return nil }
        self.init(tokenID: String(parts[1]), secret: String(parts[2]))
    }

    private init(tokenID: String, secret: String) {
        self.tokenID = tokenID
        self.secret = secret
    }

    /// Shown once, to who asked for the token.
    package var text: String { "cat_\(tokenID)_\(secret)" }

    /// 64 lower-case hexadecimal digits. A secret of this length needs no salt and no slow hash.
    package var sha256: String { SHA256.hash(Array(secret.utf8)).hex }

    /// Compares in a time that says nothing of where the difference is.
    func matches(_ storedSHA256: String) -> Bool {
        let (given, stored) = (Array(sha256.utf8), Array(storedSHA256.utf8))
        guard given.count == stored.count else { return false }
        return zip(given, stored).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
