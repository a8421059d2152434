import Foundation
import Threads

/// Strikes secrets out of what servers say, before it is stored or shown: some echo what they were sent.
package enum KnownSecrets {
    /// Shorter ones are words that anybody may say.
    private static let shortest = 6
    /// Of this process: the oldest are forgotten.
    private static let most = 500
    private static let known = Locked<[String]>([])

    /// Remembers what is sent as a secret: a password, a token, a key.
    package static func remember(_ secret: String) {
        guard secret.utf8.count >= shortest else { return }
        known.withLock { known in
            guard !known.contains(secret) else { return }
            known.append(secret)
            if known.count > most { known.removeFirst() }
        }
    }

    /// A secret as it is sent or quoted: as it is, in a URL, in JSON, and in base 64.
    package static func forms(of secret: String) -> Set<String> {
        [
            secret, secret.addingPercentEncoding(withAllowedCharacters: unreserved) ?? secret,
            secret.replacing("/", with: "\\/"), Data(secret.utf8).base64EncodedString(),
        ]
    }

    /// RFC 3986, section 2.3.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    /// The text without any secret that this process knows, and without whatever stands where credentials stand.
    package static func struck(from text: String) -> String {
        // What contains another one goes first.
        let secrets = known.withLock { $0 }.flatMap(forms).sorted { $0.utf8.count > $1.utf8.count }
        let rest = secrets.reduce(text) { $0.contains($1) ? $0.replacing($1, with: "…") : $0 }
        return rest.replacing(/(?i)\b(bearer|basic)[ ]+(?=\S*[0-9=]|\S{20,})[A-Za-z0-9._~+\/=-]{6,}/) {
            "\($0.output.1) …"
        }
        .replacing(/(?i)\b(signature|x-amz-security-token)=[^&\s,;]+/) { "\($0.output.1)=…" }
    }
}
