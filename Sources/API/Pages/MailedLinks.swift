package import Catalog
import Foundation
import Ingest
import Postgres

/// Links by which vendors sign in: asked for with a mail address, mailed by a worker, used once.
package struct MailedLinks: Sendable {
    let pool: Pool
    let proxies: [AddressBlock]

    /// Lets a link be mailed to the vendor who has the address. Nothing tells whether there is one: nobody looks before the answer.
    /// - Throws: `Problem` if it is no address, or if too many were asked for, for it or by this caller, whoever it belongs to.
    package func order(to text: String, for call: Call) async throws {
        let address = text.trimmingCharacters(in: .whitespaces)
        guard address.wholeMatch(of: /[^@\s]+@[^@\s]+/) != nil, address.unicodeScalars.count <= 254 else {
            throw Problem(.invalidParameter, "this is no mail address: expected name@host")
        }
        let caller = call.caller(behind: proxies)
        let wait = try await pool.transaction { try $0.orderSignInLink(to: address, from: caller) }
        guard let wait else { return }
        throw Problem(
            .tooManyRequests,
            "too many links were asked for: the last one may still be in your mail. Another can be had in \((wait + 59) / 60) min",
            retryAfter: wait)
    }

    /// What a link opens, which is not used up by that.
    /// - Returns: nil if it does not work, for whatever reason.
    package func link(_ text: String) async throws -> SignInLink? {
        guard let secret = TokenSecret(text, .link) else { return nil }
        let link = try await pool.run { try $0.signInLink(secret.tokenID) }
        return link.flatMap { secret.matches($0.secretSHA256) ? $0 : nil }
    }
}
