/// Where to hand in mail: `smtp://[user:password@]HOST[:PORT]` or `smtps://…`, with `?starttls=required|optional|never`.
///
/// A certificate is verified wherever TLS is spoken. Its text never shows the password.
package struct SMTPServer: Sendable, Equatable {
    /// How to change from plain text to TLS; without effect on `smtps`, which begins with TLS.
    package enum StartTLS: String, Sendable, CaseIterable {
        /// No mail without TLS.
        case required
        /// TLS if the server offers it.
        case optional
        case never
    }

    /// In the first bytes: `smtps`.
    package var usesTLS: Bool
    /// IPv6 addresses in brackets.
    package var host: String
    /// By default 25, or 465 for `smtps`.
    package var port: Int
    package var user: String?
    package var password: String?
    package var startTLS: StartTLS
    /// A PEM file of authorities, trusted instead of the system's.
    package var caFile: String?

    /// - Parameter url: with user and password percent-encoded.
    /// - Throws: `SMTPServerError`, which shows no password.
    package init(_ url: String) throws(SMTPServerError) {
        guard let parts = URLParts(url), ["smtp", "smtps"].contains(parts.scheme), ["", "/"].contains(parts.path) else {
            throw SMTPServerError(reason: "expected smtp://[user:password@]HOST[:PORT] or smtps://…")
        }
        guard (parts.user == nil) == (parts.password == nil) else {
            throw SMTPServerError(reason: "user and password go together")
        }
        usesTLS = parts.scheme == "smtps"
        (host, port, user, password) = (parts.host, parts.port, parts.user, parts.password)
        startTLS = try Self.startTLS(parts.query)
    }

    private static func startTLS(_ query: String?) throws(SMTPServerError) -> StartTLS {
        guard let query, !query.isEmpty else { return .optional }
        let words = query.split(separator: "=", omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == "starttls", let value = StartTLS(rawValue: String(words[1])) else {
            throw SMTPServerError(reason: "expected nothing after the port but ?starttls=required, optional or never")
        }
        return value
    }
}

extension SMTPServer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let account = user.map { "\($0):***@" } ?? ""
        return "\(origin(account))?starttls=\(startTLS.rawValue)"
    }

    package var debugDescription: String { description }

    /// `dump` and string interpolation of an enclosing value look here.
    package var customMirror: Mirror { Mirror(self, children: ["server": description]) }

    /// `smtp://HOST:PORT`.
    var url: String { origin("") }

    private func origin(_ account: String) -> String { "\(usesTLS ? "smtps" : "smtp")://\(account)\(host):\(port)" }
}

/// The address of a mail server cannot be used.
package struct SMTPServerError: Error, Equatable, CustomStringConvertible {
    package let reason: String

    /// Without the address, which may hold a password.
    package var description: String { "invalid address of a mail server: \(reason)" }
}
