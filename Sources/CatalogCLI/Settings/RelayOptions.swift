import AWS
import Foundation
import Relay

/// The relay's part of the environment.
struct RelayOptions: Sendable {
    /// Nil: this process does not relay.
    var target: (any RelayTarget)?
    var settings = RelaySettings()

    init() {}

    init(_ variables: Variables) throws {
        target = try Self.target(variables, try Self.credentials(variables))
        settings.window = try variables.seconds("CATALOG_RELAY_WINDOW_SECONDS", in: 10...3600) ?? settings.window
        if let bytes = try variables.whole("CATALOG_RELAY_ARCHIVE_BYTES", in: 1 << 20...5 << 30) {
            settings.archiveBytes = bytes
        }
        settings.ageBound = try variables.seconds("CATALOG_RELAY_AGE_SECONDS", in: 60...604_800) ?? settings.ageBound
        settings.readsBack = try variables.isOn("CATALOG_RELAY_READ_BACK") ?? settings.readsBack
        settings.threads = ProcessInfo.processInfo.activeProcessorCount
    }

    private static func target(_ variables: Variables, _ credentials: Credentials?) throws -> (any RelayTarget)? {
        let name = "CATALOG_RELAY_TARGET"
        guard let value = variables[name] else { return nil }
        if let folder = URL(setting: value) { return RelayFolder(root: folder) }
        let remedy = "expected s3://BUCKET?endpoint=https://HOST[&region=…][&secret=ID][&ca=FILE], or file:DIRECTORY"
        guard let parts = URLComponents(string: value), parts.scheme == "s3", let bucket = parts.host, !bucket.isEmpty,
            parts.path.isEmpty || parts.path == "/"
        else { throw SettingsError(name, value, remedy) }
        var relay = RelayBucket(name: bucket, credentials: credentials)
        for item in parts.queryItems ?? [] {
            switch (item.name, item.value) {
            case ("endpoint", let url?): relay.endpoint = try endpoint(url, name)
            case ("region", let region?): relay.region = region
            case ("secret", let id?): relay.secret = id
            case ("ca", let path?): relay.caFile = try readable(path, name)
            default: throw SettingsError(name, value, remedy)
            }
        }
        return relay
    }

    private static func endpoint(_ url: String, _ name: String) throws -> String {
        do {
            _ = try AWSEndpoint(url: url)
        } catch {
            throw SettingsError(name, url, "endpoint must be https://HOST[:PORT]")
        }
        return url
    }

    private static func readable(_ path: String, _ name: String) throws -> String {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw SettingsError(name, path, "ca must be a readable PEM file")
        }
        return path
    }

    private static func credentials(_ variables: Variables) throws -> Credentials? {
        let names = ("CATALOG_RELAY_ACCESS_KEY_ID", "CATALOG_RELAY_SECRET_ACCESS_KEY")
        switch (variables[names.0], variables[names.1]) {
        case (nil, nil): return nil
        case (let id?, let secret?): return Credentials(accessKeyID: id, secretAccessKey: secret)
        case (let id?, nil): throw SettingsError(names.0, id, "set \(names.1) too")
        case (nil, _): throw SettingsError(names.1, "…", "set \(names.0) too")
        }
    }
}
