/// A request before it is signed: the parts a signature covers.
package struct SignableRequest: Sendable {
    package var method: String
    /// `http` or `https`.
    package var scheme: String
    /// With the port if it is not the scheme's own, as the `Host` header has it.
    package var host: String
    /// As it goes on the wire, already percent-encoded; starts with `/`.
    package var path: String
    /// Not encoded. The order does not matter to the signature.
    package var query: [(name: String, value: String)]
    /// All of them are signed, `Host` is added. What the transport adds by itself (`User-Agent`, `Content-Length`)
    /// must not be here.
    package var headers: [(name: String, value: String)]

    package init(
        _ method: String = "GET", scheme: String = "https", host: String, path: String = "/",
        query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = []
    ) {
        self.method = method
        self.scheme = scheme
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// Where it is sent, encoded as it is signed, so that no proxy or library has a reason to rewrite it.
    package var url: String {
        let query = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return "\(scheme)://\(host)\(path)" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }
}
