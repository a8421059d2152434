/// What to ask a server for.
package struct HTTPRequest: Sendable {
    /// `GET`, `PUT`, …
    package var method: String
    /// Absolute, `http` or `https`, percent-encoded already: sent as it is, `..` included.
    package var url: String
    /// Sent as they are. `Host`, `Content-Length` and `User-Agent` are added if they are missing.
    package var headers: [(name: String, value: String)]
    package var body: HTTPBody
    /// For the whole request, the wait for a free connection included; nil if only the client's stall limit counts.
    package var timeout: Duration?
    package var reach = Reach.anybody
    /// Whether a compressed body is asked for, and unpacked, asked for or not.
    package var unpacks = false

    /// Who may be reached by a request.
    package enum Reach: Sendable {
        case anybody
        /// Only addresses of the internet, whatever a name leads to, on a connection of its own and by no proxy: for URLs that somebody
        /// else has given.
        case publicAddresses
    }

    package init(
        _ method: String = "GET", _ url: String, headers: [(name: String, value: String)] = [],
        body: HTTPBody = .empty, timeout: Duration? = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What a request carries.
package enum HTTPBody: Sendable {
    case empty
    case bytes([UInt8])
    /// A part of a local file, read while it is sent. It is read on the client's one thread, so a file on a slow network
    /// file system holds up the other transfers.
    case file(path: String, offset: Int, count: Int)

    /// In bytes.
    package var count: Int {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .file(_, _, let count): count
        }
    }
}
