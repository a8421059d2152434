/// An http or https URL, taken apart as libcurl will take it.
package struct WebAddress: Sendable, Equatable {
    /// `http` or `https`.
    package let scheme: String
    /// In lower case; IPv6 addresses in brackets.
    package let host: String
    /// The scheme's own if the URL names none.
    package let port: Int
    /// Whether it holds a user or a password.
    package let hasCredentials: Bool

    /// Nil if it is not an absolute http or https URL.
    package init?(_ url: String) {
        guard let parts = URLParts(url), ["http", "https"].contains(parts.scheme) else { return nil }
        scheme = parts.scheme
        host = parts.host.lowercased()
        port = parts.port
        hasCredentials = parts.user != nil || parts.password != nil
    }

    /// Whether credentials for this one are good for the other: the same server, or the same host by TLS.
    package func isSameServer(as other: WebAddress) -> Bool {
        host == other.host
            && ((scheme, port) == (other.scheme, other.port) || (scheme == "http" && other.scheme == "https"))
    }
}
