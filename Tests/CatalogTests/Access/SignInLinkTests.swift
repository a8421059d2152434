import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(2))) struct SignInLinkTests {
    private static let hash = String(repeating: "0", count: 64)

    /// Two of everything: one as old as it may be, and one a moment older.
    private func seed(_ session: Session) throws {
        try session.seed()
        try session.executeScript(
            """
            insert into catalog.sign_in_requests (address, caller, requested_at)
            select 'a@b', 'c', clock_timestamp() - interval '1 hour' + n * interval '30 seconds' from unnest(array[-1, 1]) n;
            insert into catalog.sign_in_links (link_id, secret_sha256, vendor_id, email, expires_at, used_at)
            select n::text, '\(Self.hash)', 'V1', 'a@b', clock_timestamp() - interval '12 hours' + n * interval '30 seconds', now()
            from unnest(array[-1, 1]) n;
            insert into catalog.sessions (session_id, secret_sha256, subject, role, vendor_id, link_id)
            select n::text, '\(Self.hash)', 'link:V1', 'vendor', 'V1', n::text from unnest(array[-1, 1]) n;
            insert into catalog.issuer_sign_ins (sign_in_id, secret_sha256, expires_at)
            select n::text, '\(Self.hash)', clock_timestamp() + n * interval '30 seconds' from unnest(array[-1, 1]) n;
            """)
    }

    @Test("Wishes are forgotten after an hour, links with their sessions after twelve, ways to the issuer at their end")
    func forgetting() async throws {
        try await withConnection(migrated: true) { connection in
            let left = try await connection.transaction { session in
                try seed(session)
                try session.deleteOldSignInLinks()
                try session.deleteExpiredIssuerSignIns()
                return try session.query(
                    """
                    select (select count(*) from catalog.sign_in_requests), (select string_agg(link_id, ' ') from catalog.sign_in_links),
                        (select string_agg(session_id, ' ') from catalog.sessions),
                        (select string_agg(sign_in_id, ' ') from catalog.issuer_sign_ins)
                    """
                ).map { row in (0..<4).map { row[$0] } }
            }
            #expect(left == [["1", "1", "1", "1"]])
        }
    }

    @Test("A way to the issuer ends once, for who has its secret, and not after its time")
    func issuer() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try seed(session)
                #expect(try session.endIssuerSignIn("-1") { _ in true } == nil)
                #expect(try session.endIssuerSignIn("1") { $0 != Self.hash } == nil)
                #expect(try session.endIssuerSignIn("1") { $0 == Self.hash } == IssuerSignIn(next: nil))
                #expect(try session.endIssuerSignIn("1") { $0 == Self.hash } == nil)
            }
        }
    }
}
