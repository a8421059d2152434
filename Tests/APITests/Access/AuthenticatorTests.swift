import Catalog
import Logging
import Postgres
import TestSupport
import Testing

@testable import API

@Suite(.timeLimit(.minutes(3))) struct AuthenticatorTests {
    @Test("A revoked token is forgotten because of the notification: here nothing else would make it so")
    func revoked() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let authenticator = Authenticator(pool: pool, issuer: nil, memory: .infinity)
            let token = TokenSecret.make()
            try await pool.run {
                _ = try $0.addToken(
                    NewAPIToken(tokenID: token.tokenID, secretSHA256: token.sha256, role: .operator))
            }
            let before = try await authenticator.identify("Bearer \(token.text)")
            #expect(before.role == .operator)

            let upkeep = APIUpkeep(
                watch: UploadWatch(), changes: ChangeWatch(), authenticator: authenticator,
                connector: Connector(conninfo), pool: pool,
                listens: true, logger: Logger(label: "test"))
            let running = Task { try await upkeep.run() }
            let listeners: Statement = """
                select from pg_stat_activity
                where datname = current_database() and application_name = 'catalog-api-listen' and state = 'idle'
                  and query ilike '%listen%api_tokens%'
                """
            try await eventually { try await !pool.run { try $0.query(listeners).isEmpty } }
            try await pool.run { _ = try $0.revokeToken(token.tokenID) }
            await #expect(throws: Problem.self) {
                try await eventually {
                    _ = try await authenticator.identify("Bearer \(token.text)")
                    return false
                }
            }
            running.cancel()
            try await running.value
            await pool.close()
        }
    }
}
