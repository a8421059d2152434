package import Curl
import Foundation
package import Postgres
import Text

/// Gives the text of a secret by its id; another than the refused one, if there is another by now.
package typealias SecretReader = @Sendable (_ id: String, _ refused: String?) async throws -> String

/// A way to ask a kind of provider. The composition root registers all of them; nothing else knows their names.
package protocol ProviderAdapter: Provider {
    /// As `enrichment.providers.kind` has it.
    static var kind: String { get }
    /// Whether it can be asked by its name alone, without settings or credentials.
    static var needsNoSettings: Bool { get }

    /// - Throws: `ProviderSettingsError` if the row's settings are not this adapter's.
    static func make(_ row: ProviderRow, _ resources: ProviderResources) throws -> Self
}

extension ProviderAdapter {
    package static var needsNoSettings: Bool { false }
}

/// What adapters work with.
package struct ProviderResources: Sendable {
    let http: HTTPClient
    let pool: Pool
    let secret: SecretReader
    /// Of a single try; nil sees nothing.
    let trace: ProviderTrace?

    package init(http: HTTPClient, pool: Pool, secret: @escaping SecretReader, trace: ProviderTrace? = nil) {
        self.http = http
        self.pool = pool
        self.secret = secret
        self.trace = trace
    }
}

/// Makes adapters by the kind of a row.
package struct ProviderFactory: Sendable {
    /// All adapters of this program.
    package static let adapters: [any ProviderAdapter.Type] = [
        ZoomInfoProvider.self, ZoomInfoGTMProvider.self, HTTPJSONProvider.self, NAICSProvider.self, MockProvider.self,
    ]

    package static var kinds: [String] { adapters.map { $0.kind } }

    private let resources: ProviderResources

    package init(_ resources: ProviderResources) {
        self.resources = resources
    }

    /// - Throws: `ProviderSettingsError` if the settings are not the adapter's.
    package func make(_ row: ProviderRow) throws -> any Provider {
        guard let adapter = Self.adapters.first(where: { $0.kind == row.kind }) else {
            throw ProviderSettingsError(row.name, "unknown kind '\(row.kind)'")
        }
        return try adapter.make(row, resources)
    }
}

extension ProviderRow {
    /// The settings as an adapter takes them.
    /// - Throws: `ProviderSettingsError`.
    /// - Parameter keys: all that the adapter knows, in their places: `SettingKeys`.
    func decodedSettings<Settings: Decodable>(
        as type: Settings.Type = Settings.self, _ keys: SettingKeys
    ) throws -> Settings {
        if let value = JSONValue(Array(settings.utf8)) { try keys.check(value, of: name) }
        do {
            return try JSONDecoder().decode(type, from: Data(settings.utf8))
        } catch let error as DecodingError {
            throw ProviderSettingsError(name, error)
        }
    }
}
