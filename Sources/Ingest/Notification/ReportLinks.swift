import Catalog
import Foundation
import OpenSSL
package import Postgres
package import Storage

/// Links to reports that live as long as the mail says: 7 days.
///
/// A store's own link dies with the credentials that signed it, and those of a task or an instance live for hours. Then
/// the link leads to this service, which answers it with a fresh one of the store.
package struct ReportLinks: Sendable {
    private static let lifetime: TimeInterval = 7 * 86_400

    private let store: any ObjectStore
    private let publicURL: String?

    /// - Parameter publicURL: where vendors reach this service, without a slash at the end; nil if they cannot.
    package init(store: any ObjectStore, publicURL: String?) {
        self.store = store
        self.publicURL = publicURL
    }

    /// A link for a mail.
    func link(to key: String, uploadID: String, _ connection: Connection) async throws -> String {
        let link = try await store.link(to: key)
        // A minute for the way from there to here.
        let livesLong = link.expiresAt.map { $0 >= Date().addingTimeInterval(Self.lifetime - 60) } ?? true
        guard !livesLong, let publicURL else { return link.url }
        let token = (0..<32).map { _ in UInt8.random(in: 0...255) }.hex
        try await connection.transaction {
            try $0.addReportLink(tokenSHA256: Self.hash(token), uploadID: uploadID, objectKey: key)
        }
        return "\(publicURL)/reports/\(token)"
    }

    /// A fresh link of the store.
    /// - Parameter isForHead: see `ObjectStore.link`.
    /// - Returns: nil if the token is unknown or has ended.
    package func resolve(_ token: String, isForHead: Bool, _ pool: Pool) async throws -> String? {
        guard let key = try await pool.run({ try $0.reportKey(tokenSHA256: Self.hash(token)) }) else { return nil }
        return try await store.link(to: key, isForHead: isForHead).url
    }

    private static func hash(_ token: String) -> String { SHA256.hash(Array(token.utf8)).hex }
}
