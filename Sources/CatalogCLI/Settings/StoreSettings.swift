import Foundation

/// Where objects go.
enum StoreSettings: Sendable {
    case folder(URL)
    case bucket(String)

    /// - Returns: nil if the variable is not set.
    init?(_ variables: Variables, _ name: String) throws {
        guard let value = variables[name] else { return nil }
        if let folder = URL(setting: value) {
            self = .folder(folder)
            return
        }
        let bucket = value.dropFirst("s3://".count)
        guard value.hasPrefix("s3://"), !bucket.isEmpty, !bucket.contains("/") else {
            throw SettingsError(
                name, value, "expected file:DIRECTORY or s3://BUCKET, for example file:/var/lib/catalog")
        }
        self = .bucket(String(bucket))
    }
}

extension URL {
    /// A folder: `file:DIRECTORY`.
    init?(setting value: String) {
        guard value.hasPrefix("file:"), value.utf8.count > "file:".utf8.count else { return nil }
        self.init(fileURLWithPath: String(value.dropFirst("file:".count)))
    }
}
