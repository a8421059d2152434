import CLibcurl

/// The parts of a URL, as libcurl itself understands it.
struct URLParts {
    /// Lower case.
    let scheme: String
    /// IPv6 addresses in brackets.
    let host: String
    /// The scheme's own if the URL names none.
    let port: Int
    /// Percent-encoded.
    let path: String
    /// Percent-encoded, without the question mark.
    let query: String?
    /// Decoded.
    let user: String?
    /// Decoded.
    let password: String?

    /// - Returns: nil if it is not an absolute URL of a scheme that this libcurl knows.
    init?(_ text: String) {
        // A C string would end there, and be another URL.
        guard !text.utf8.contains(0), let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK else { return nil }
        guard let scheme = Self.part(CURLUPART_SCHEME, of: handle), let host = Self.part(CURLUPART_HOST, of: handle),
            let port = Self.part(CURLUPART_PORT, of: handle, CURLU_DEFAULT_PORT).flatMap({ Int($0) })
        else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        path = Self.part(CURLUPART_PATH, of: handle) ?? "/"
        query = Self.part(CURLUPART_QUERY, of: handle)
        user = Self.part(CURLUPART_USER, of: handle, CURLU_URLDECODE)
        password = Self.part(CURLUPART_PASSWORD, of: handle, CURLU_URLDECODE)
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, _ flag: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(flag)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// What may be shown: neither credentials nor query, which holds the signature of a presigned URL.
    var redacted: String { "\(scheme)://\(host):\(port)\(path)" }

    /// Whether the host is this machine, or one beside it that no proxy reaches, as the metadata services of clouds.
    var isLocal: Bool {
        let name = host.lowercased()
        return ["localhost", "[::1]"].contains(name) || name.hasSuffix(".localhost")
            || ["127.", "169.254."].contains { name.hasPrefix($0) && name.allSatisfy { $0.isNumber || $0 == "." } }
    }
}
