/// Settings of a provider that its adapter cannot use.
package struct ProviderSettingsError: Error, CustomStringConvertible {
    var provider: String
    var reason: String

    init(_ provider: String, _ reason: String) {
        self.provider = provider
        self.reason = reason
    }

    init(_ provider: String, _ error: DecodingError) {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        let reason =
            switch error {
            case .dataCorrupted: "they are not valid JSON"
            case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
            case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
                "'\(path(context))' must be a \(type)"
            @unknown default: "they cannot be read"
            }
        self.init(provider, reason)
    }

    package var description: String {
        "cannot use the settings of provider '\(provider)': \(reason); docs/guides/providers.md describes them"
    }
}
