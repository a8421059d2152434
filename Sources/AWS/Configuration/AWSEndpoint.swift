/// Where a service answers: `https://sns.eu-west-1.amazonaws.com`, or a test server's address.
package struct AWSEndpoint: Sendable, Equatable {
    /// `http` or `https`.
    package let scheme: String
    /// With a port that is not the scheme's own, as the `Host` header has it.
    package let host: String
    /// Before every path; empty or starting with `/`, never ending with it.
    package let basePath: String
    /// Whether it was configured, and is not AWS's own.
    package let isCustom: Bool

    /// - Parameter url: scheme, host, optional port and path.
    /// - Throws: `AWSConfigurationError` for anything else.
    package init(url: String) throws {
        let parts = url.split(separator: "://", maxSplits: 1)
        guard parts.count == 2, ["http", "https"].contains(parts[0].lowercased()) else {
            throw AWSConfigurationError(reason: "'\(url)' is not an endpoint; expected https://HOST[:PORT]")
        }
        scheme = parts[0].lowercased()
        let host = parts[1].prefix { $0 != "/" }.lowercased()
        guard !host.isEmpty, !host.contains(where: { "?#@ ".contains($0) }) else {
            throw AWSConfigurationError(reason: "'\(url)' is not an endpoint; expected https://HOST[:PORT]")
        }
        self.host = Self.withoutDefaultPort(host, scheme: scheme)
        var path = parts[1].dropFirst(host.count)
        while path.hasSuffix("/") { path.removeLast() }
        basePath = String(path)
        isCustom = true
    }

    /// AWS's own for a service and region.
    ///
    /// Source: "AWS service endpoints", AWS General Reference.
    package init(of service: AWSService, region: String) {
        scheme = "https"
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        host = "\(service.rawValue).\(region).\(suffix)"
        basePath = ""
        isCustom = false
    }

    /// curl leaves the port out of the `Host` header when it is the scheme's own, and the header is signed.
    private static func withoutDefaultPort(_ host: String, scheme: String) -> String {
        let port = scheme == "https" ? ":443" : ":80"
        return host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
    }
}

/// Settings that AWS cannot be asked with.
package struct AWSConfigurationError: Error, CustomStringConvertible, Equatable {
    var reason: String

    package var description: String { reason }
}
