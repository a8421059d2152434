/// What to ask a server for.
public struct HTTPRequest: Sendable {
    /// `GET`, `PUT`, …
    public var method: String
    /// Absolute, `http` or `https`, percent-encoded already: sent as it is, `..` included.
    public var url: String
    /// Sent as they are. `Host`, `Content-Length` and `User-Agent` are added if they are missing.
    public var headers: [(name: String, value: String)]
    public var body: HTTPBody
    /// For the whole request, the wait for a free connection included; nil if only the client's stall limit counts.
    public var timeout: Duration?

    public init(
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
public enum HTTPBody: Sendable {
    case empty
    case bytes([UInt8])
    /// A part of a local file, read while it is sent. It is read on the client's one thread, so a file on a slow network
    /// file system holds up the other transfers.
    case file(path: String, offset: Int, count: Int)

    /// In bytes.
    public var count: Int {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .file(_, _, let count): count
        }
    }
}
