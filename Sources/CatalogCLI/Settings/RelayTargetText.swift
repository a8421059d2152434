import AWS
import Foundation

/// How a bucket is written in `CATALOG_RELAY_TARGET` and `CATALOG_RELAY_TARGET_<NAME>`.
struct RelayTargetText {
    private static let form = """
        expected file:DIRECTORY, or s3://BUCKET?endpoint=https://HOST with any of region, secret, ca, insecure=yes, storageClass, encryption, \
        kmsKey, tag=NAME:VALUE and bandwidth
        """
    /// Archives are looked at and read again; from Glacier Flexible Retrieval and Deep Archive they could not.
    private static let classes = [
        "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY",
        "EXPRESS_ONEZONE",
    ]
    private static let encryptions = ["AES256", "aws:kms", "aws:kms:dsse"]

    private let variable: String
    private let value: String

    /// - Parameter variable: whose text it is.
    init(_ variable: String, _ value: String) {
        self.variable = variable
        self.value = value
    }

    /// - Parameter start: has what does not stand in the text.
    func bucket(_ start: RelayBucket) throws -> RelayBucket {
        guard let parts = URLComponents(string: value), parts.scheme == "s3", let name = parts.host, !name.isEmpty,
            parts.path.isEmpty || parts.path == "/"
        else { throw refusal(Self.form) }
        // They would not be used, and stand in whatever quotes the setting.
        guard parts.user == nil, parts.password == nil else {
            throw refusal("keys do not stand in it: secret=ID names a secret that holds them")
        }
        var bucket = start
        bucket.name = name
        bucket.variable = variable
        var isInsecure = false
        for item in parts.queryItems ?? [] {
            switch (item.name, item.value ?? "") {
            case (_, ""): throw refusal(Self.form)
            case ("endpoint", let url): bucket.endpoint = try endpoint(url)
            case ("region", let region): bucket.region = region
            case ("secret", let id): bucket.secret = id
            case ("ca", let path): bucket.caFile = try readable(path)
            case ("insecure", "yes"): isInsecure = true
            default: try read(item.name, item.value ?? "", into: &bucket)
            }
        }
        if let url = bucket.endpoint, !isInsecure { try refuseOpenRoad(url) }
        if bucket.keeping.kmsKey != nil, bucket.keeping.encryption?.hasPrefix("aws:kms") != true {
            throw refusal("kmsKey wants encryption=aws:kms")
        }
        return bucket
    }

    /// How archives are kept, and how fast they are sent.
    private func read(_ name: String, _ text: String, into bucket: inout RelayBucket) throws {
        switch name {
        case "storageClass":
            guard Self.classes.contains(text) else {
                throw refusal(
                    "storageClass must be one that can be read at once, \(Self.classes.joined(separator: ", ")): a rule of the bucket moves "
                        + "archives on later")
            }
            bucket.keeping.storageClass = text
        case "encryption":
            guard Self.encryptions.contains(text) else {
                throw refusal("encryption must be \(Self.encryptions.joined(separator: " or "))")
            }
            bucket.keeping.encryption = text
        case "kmsKey": bucket.keeping.kmsKey = text
        case "tag":
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, bucket.keeping.tags.count < 10 else {
                throw refusal("tag must be NAME:VALUE, and there may be 10")
            }
            bucket.keeping.tags[parts[0]] = parts[1]
        case "bandwidth":
            guard let bytes = Int(text), bytes >= bucket.slowest else {
                throw refusal(
                    "bandwidth must be bytes in a second, not fewer than CATALOG_RELAY_SLOWEST_BYTES (\(bucket.slowest))"
                )
            }
            bucket.fastest = bytes
        // What it holds may be a key.
        default: throw SettingsError(variable, "…\(name)=…", Self.form)
        }
    }

    private func refusal(_ remedy: String) -> SettingsError { SettingsError(variable, Self.quoted(value), remedy) }

    /// Before an @ there may be a key.
    private static func quoted(_ text: String) -> String { text.contains("@") ? "…" : text }

    /// Objects and signatures would pass through the network for anybody to read.
    private func refuseOpenRoad(_ url: String) throws {
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host else { return }
        let isNumber = host.allSatisfy { $0.isNumber || $0 == "." }
        guard host != "localhost", host != "::1", host != "[::1]", !(isNumber && host.hasPrefix("127.")) else { return }
        throw SettingsError(
            variable, url,
            "http:// to another host than this one is readable on the way: use https://, or add &insecure=yes to allow it"
        )
    }

    private func endpoint(_ url: String) throws -> String {
        do {
            _ = try AWSEndpoint(url: url)
        } catch {
            throw SettingsError(variable, Self.quoted(url), "endpoint must be https://HOST[:PORT]")
        }
        return url
    }

    private func readable(_ path: String) throws -> String {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw SettingsError(variable, path, "ca must be a readable PEM file")
        }
        return path
    }
}
