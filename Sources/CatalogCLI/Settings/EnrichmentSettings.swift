import Foundation

/// Who is told of the ends of requests, and for how long what is known of persons is kept.
struct EnrichmentSettings: Sendable {
    /// Where the key is that messages are signed with; nil sends none.
    var callbackSecret: String?
    /// May be told at addresses of no public network, and without TLS.
    var callbackHosts: Set<String>
    /// Nil keeps records for ever.
    var retentionDays: Int?

    init(_ variables: Variables) throws {
        callbackSecret = variables["CATALOG_CALLBACK_SECRET"]
        callbackHosts = try variables.hosts("CATALOG_CALLBACK_HOSTS")
        retentionDays = try variables.whole("CATALOG_ENRICH_RETENTION_DAYS", in: 1...36_500)
    }
}

extension Variables {
    /// Names or addresses, separated by commas.
    fileprivate func hosts(_ name: String) throws -> Set<String> {
        guard let value = self[name] else { return [] }
        let hosts = value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        guard hosts.allSatisfy({ $0.wholeMatch(of: /[a-z0-9._-]+|\[[0-9a-f:.]+\]/) != nil }) else {
            throw SettingsError(name, value, "expected hosts without port, such as crm.internal,10.0.0.7")
        }
        return Set(hosts)
    }
}
