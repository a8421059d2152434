/// The one spelling of a request that both sides hash.
///
/// Source: "Create a signed AWS API request", IAM User Guide, step 1.
struct CanonicalRequest {
    let text: String
    /// Names in lower case, sorted, joined by `;`.
    let signedHeaders: String

    init(_ request: SignableRequest, payloadHash: String, rules: SigV4.Rules) {
        let headers = Self.headers(of: request)
        signedHeaders = Self.names(of: headers)
        let lines = headers.map { "\($0.name):\($0.value)\n" }.joined()
        text = """
            \(request.method)
            \(Self.path(request.path, rules))
            \(Self.query(request.query))
            \(lines)
            \(signedHeaders)
            \(payloadHash)
            """
    }

    /// The names that the signature of a request covers.
    static func signedHeaders(of request: SignableRequest) -> String {
        names(of: headers(of: request))
    }

    private static func names(of headers: [(name: String, value: String)]) -> String {
        headers.map(\.name).joined(separator: ";")
    }

    /// Values of a repeated header are joined in their order; runs of white space, quoted or not, count as one.
    private static func headers(of request: SignableRequest) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for (name, value) in request.headers + [("Host", request.host)] {
            values[name.lowercased(), default: []].append(trimmed(value))
        }
        return values.map { ($0.key, $0.value.joined(separator: ",")) }.sorted { isLess($0.0, $1.0) }
    }

    private static func trimmed(_ value: String) -> String {
        // Most values have no white space, and nothing that could be some.
        guard value.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x80 }) else { return value }
        return value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func query(_ query: [(name: String, value: String)]) -> String {
        query.map { (name: PercentEncoding.encode($0.name), value: PercentEncoding.encode($0.value)) }
            .sorted { $0.name == $1.name ? isLess($0.value, $1.value) : isLess($0.name, $1.name) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    private static func path(_ path: String, _ rules: SigV4.Rules) -> String {
        let path = rules.normalizesPath ? normalized(path) : path
        return rules.encodesPathAgain ? PercentEncoding.encode(path, keepingSlashes: true) : path
    }

    /// Removes `.`, `..` and empty segments (RFC 3986, section 5.2.4); a slash at the end stays.
    private static func normalized(_ path: String) -> String {
        var segments: [Substring] = []
        let parts = path.split(separator: "/")
        for part in parts where part != "." {
            if part != ".." {
                segments.append(part)
            } else if !segments.isEmpty {
                segments.removeLast()
            }
        }
        let isFolder = path.hasSuffix("/") || parts.last == "." || parts.last == ".."
        return "/" + segments.joined(separator: "/") + (isFolder && !segments.isEmpty ? "/" : "")
    }

    /// Swift's own order of strings is Unicode's, not that of the bytes.
    private static func isLess(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }
}
