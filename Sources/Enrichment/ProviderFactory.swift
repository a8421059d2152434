import Curl
import Foundation
import Postgres

/// Gives the text of a secret by its id; another than the refused one, if there is another by now.
package typealias SecretReader = @Sendable (_ id: String, _ refused: String?) async throws -> String

/// Makes adapters by the kind of a row.
package struct ProviderFactory: Sendable {
    /// Of `enrichment.providers.kind`.
    package static let kinds = ["zoominfo", "zoominfo-gtm", "http-json", "naics", "mock"]

    let http: HTTPClient
    let pool: Pool
    let secret: SecretReader

    package init(http: HTTPClient, pool: Pool, secret: @escaping SecretReader) {
        self.http = http
        self.pool = pool
        self.secret = secret
    }

    /// - Throws: `ProviderSettingsError` if the settings are not the adapter's.
    package func make(_ row: ProviderRow) throws -> any Provider {
        switch row.kind {
        case "mock": MockProvider(name: row.name, settings: try settings(of: row))
        case "zoominfo": try ZoomInfoProvider(row: row, settings: try settings(of: row), http: http, secret: secret)
        case "zoominfo-gtm":
            try ZoomInfoGTMProvider(row: row, settings: try settings(of: row), http: http, secret: secret)
        case "http-json": try HTTPJSONProvider(row: row, settings: try settings(of: row), http: http, secret: secret)
        case "naics": NAICSProvider(pool: pool)
        default: throw ProviderSettingsError(row.name, "unknown kind '\(row.kind)'")
        }
    }

    private func settings<Value: Decodable>(of row: ProviderRow) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(row.settings.utf8))
        } catch let error as DecodingError {
            throw ProviderSettingsError(row.name, error)
        }
    }
}

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

/// The providers of this process: made when first asked for, made anew when their row changes.
///
/// Rows are read again after five seconds, so that a changed limit or setting needs no restart.
package actor ProviderRegistry {
    /// A provider and its row.
    struct Entry: Sendable {
        var row: ProviderRow
        var provider: any Provider
    }

    private let pool: Pool
    private let factory: ProviderFactory
    private var entries: [Entry] = []
    private var readAt: ContinuousClock.Instant?

    package init(pool: Pool, factory: ProviderFactory) {
        self.pool = pool
        self.factory = factory
    }

    /// All of them, in the order of their making.
    func all() async throws -> [Entry] {
        if let readAt, ContinuousClock.now - readAt < .seconds(5) { return entries }
        let rows = try await pool.run { try $0.providers() }
        let old = Dictionary(uniqueKeysWithValues: entries.map { ($0.row.name, $0) })
        entries = try rows.map { row in
            if let entry = old[row.name], entry.row.version == row.version {
                return Entry(row: row, provider: entry.provider)
            }
            return Entry(row: row, provider: try factory.make(row))
        }
        readAt = .now
        return entries
    }

    /// - Throws: `ProviderError` if there is none of this name any more.
    func entry(_ name: String) async throws -> Entry {
        guard let entry = try await all().first(where: { $0.row.name == name }) else {
            throw ProviderError(.refused, "there is no provider '\(name)' any more")
        }
        return entry
    }
}
