import API
import Jobs
import Foundation

extension APIServer.Configuration {
    init(_ variables: Variables) throws {
        self.init()
        address = try variables.listenAddress("CATALOG_HTTP_ADDRESS") ?? address
        operatorsAddress = try variables.listenAddress("CATALOG_METRICS_ADDRESS")
        publicURL = try variables["CATALOG_PUBLIC_URL"].map(Self.publicURL)
        idle = try variables.seconds("CATALOG_HTTP_IDLE_SECONDS") ?? idle
        requestsPerSecond = try variables.whole("CATALOG_HTTP_RATE", in: 1...1_000_000) ?? requestsPerSecond
        proxies = try variables["CATALOG_HTTP_PROXIES"].map(Self.proxies) ?? []
        tokens = try JWTSettings(variables)
        queues = try JobWorkerConfiguration.queues(variables)
        client = try IssuerClient(variables)
        guard client == nil || publicURL != nil else {
            throw SettingsError(
                "CATALOG_PUBLIC_URL", "",
                "set it, since the issuer sends people back there, or unset CATALOG_OIDC_CLIENT_ID")
        }
    }

    private static func proxies(_ value: String) throws -> [AddressBlock] {
        try value.split(separator: ",").map { part in
            guard let block = AddressBlock(part.trimmingCharacters(in: .whitespaces)) else {
                throw SettingsError(
                    "CATALOG_HTTP_PROXIES", value, "expected addresses or blocks of some, for example 10.0.0.0/8,::1")
            }
            return block
        }
    }

    private static func publicURL(_ value: String) throws -> String {
        guard value.hasPrefix("http://") || value.hasPrefix("https://") else {
            throw SettingsError("CATALOG_PUBLIC_URL", value, "expected a URL, for example https://catalog.example.com")
        }
        return value.hasSuffix("/") ? String(value.dropLast()) : value
    }
}

extension JWTSettings {
    /// - Returns: nil if no issuer is trusted.
    fileprivate init?(_ variables: Variables) throws {
        guard let issuer = variables["CATALOG_OIDC_ISSUER"] else { return nil }
        guard
            issuer.hasPrefix("https://") || issuer.hasPrefix("http://127.0.0.1") || issuer.hasPrefix("http://localhost")
        else {
            throw SettingsError("CATALOG_OIDC_ISSUER", issuer, "expected an https URL, as in the tokens' iss claim")
        }
        guard let audience = variables["CATALOG_OIDC_AUDIENCE"] else {
            throw SettingsError(
                "CATALOG_OIDC_AUDIENCE", "", "set it to the tokens' aud claim, or unset CATALOG_OIDC_ISSUER")
        }
        self.init(issuer: issuer, audience: audience)
        if let claim = variables["CATALOG_OIDC_VENDOR_CLAIM"] { vendorClaim = claim }
        if let claim = variables["CATALOG_OIDC_ROLE_CLAIM"] { roleClaim = claim }
    }
}

extension IssuerClient {
    /// - Returns: nil if nobody signs in at the issuer.
    fileprivate init?(_ variables: Variables) throws {
        guard let clientID = variables["CATALOG_OIDC_CLIENT_ID"] else { return nil }
        guard variables["CATALOG_OIDC_ISSUER"] != nil else {
            throw SettingsError(
                "CATALOG_OIDC_ISSUER", "", "set it to the issuer that knows the client, or unset CATALOG_OIDC_CLIENT_ID"
            )
        }
        self.init(clientID: clientID)
        secretID = variables["CATALOG_OIDC_CLIENT_SECRET"]
        if let scope = variables["CATALOG_OIDC_SCOPE"] { self.scope = scope }
        guard scope.split(separator: " ").contains("openid") else {
            throw SettingsError(
                "CATALOG_OIDC_SCOPE", scope, "expected openid among the words, for example openid profile")
        }
    }
}

extension Variables {
    /// `HOST:PORT`; port 0 takes a free one.
    fileprivate func listenAddress(_ name: String) throws -> ListenAddress? {
        guard let value = self[name] else { return nil }
        guard let colon = value.lastIndex(of: ":"), let port = Int(value[value.index(after: colon)...]),
            (0...65535).contains(port), colon != value.startIndex
        else { throw SettingsError(name, value, "expected HOST:PORT, for example 0.0.0.0:8080") }
        return ListenAddress(host: value[..<colon].trimmingCharacters(in: ["[", "]"]), port: port)
    }
}
