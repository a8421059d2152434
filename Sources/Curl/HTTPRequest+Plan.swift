import CLibcurl

extension HTTPRequest {
    /// - Throws: `HTTPTransportError` `.invalidURL`.
    func plan(_ configuration: HTTPClient.Configuration, sink: BodySink) throws(HTTPTransportError) -> TransferPlan {
        let parts = try checkedParts()
        var plan = TransferPlan(
            url: url, connect: configuration.connectTimeout, stall: stall(configuration), total: timeout,
            caFile: configuration.caFile, sink: sink)
        plan.settings += [
            .number(CURLOPT_PATH_AS_IS, 1),
            .number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS),
            .number(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            .text(CURLOPT_USERAGENT, configuration.userAgent),
            // Servers that do not know "100-continue" would cost a second each.
            .list(CURLOPT_HTTPHEADER, headers.map(Self.line) + ["Expect:"]),
        ]
        if parts.isLocal || reach == .publicAddresses { plan.settings.append(.text(CURLOPT_PROXY, "")) }
        if reach == .publicAddresses {
            plan.isForPublicAddresses = true
            // One that is kept open may lead anywhere.
            plan.settings += [.number(CURLOPT_FRESH_CONNECT, 1), .number(CURLOPT_FORBID_REUSE, 1)]
        }
        if let fastest = configuration.fastestUpload {
            plan.settings.append(.offset(CURLOPT_MAX_SEND_SPEED_LARGE, fastest))
        }
        if unpacks { plan.settings.append(.text(CURLOPT_ACCEPT_ENCODING, "")) }
        addMethod(to: &plan)
        return plan
    }

    private func stall(_ configuration: HTTPClient.Configuration) -> Duration {
        configuration.stallTimeout + .seconds(configuration.slowestUpload.map { body.count / $0 } ?? 0)
    }

    /// `GET http://host:80/path`.
    var target: String { "\(method) \(URLParts(url)?.redacted ?? "invalid URL")" }

    private func addMethod(to plan: inout TransferPlan) {
        switch (method, body) {
        case ("GET", .empty): plan.settings.append(.number(CURLOPT_HTTPGET, 1))
        case ("HEAD", .empty): plan.settings.append(.number(CURLOPT_NOBODY, 1))
        case ("POST", .empty), ("PUT", .empty), ("PATCH", .empty), (_, .bytes), (_, .file):
            // With "Content-Length: 0" for an empty one, without which servers wait or refuse.
            plan.send(body)
            plan.settings.append(.text(CURLOPT_CUSTOMREQUEST, method))
        case (_, .empty): plan.settings.append(.text(CURLOPT_CUSTOMREQUEST, method))
        }
    }

    private func checkedParts() throws(HTTPTransportError) -> URLParts {
        guard let parts = URLParts(url), ["http", "https"].contains(parts.scheme) else {
            throw HTTPTransportError(.invalidURL, "\(method): not an absolute http or https URL")
        }
        guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
            throw HTTPTransportError(.invalidURL, "invalid method for \(parts.redacted)")
        }
        // A line break would begin a header of its own.
        for (name, value) in headers
        where name.isEmpty || !name.utf8.allSatisfy(Self.isTokenByte)
            || value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
        {
            throw HTTPTransportError(.invalidURL, "\(method) \(parts.redacted): invalid name or value of a header")
        }
        return parts
    }

    /// libcurl takes `Name:` as an order to leave the header out, and `Name;` for an empty value.
    private static func line(_ name: String, _ value: String) -> String {
        value.trimmed.isEmpty ? "\(name);" : "\(name): \(value)"
    }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
