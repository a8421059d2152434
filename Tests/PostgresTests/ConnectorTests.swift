import Foundation
import TestSupport
import Testing
import Threads

@testable import Postgres

@Suite(.timeLimit(.minutes(1))) struct ConnectorTests {
    /// How often a connector that has only this text, and never learns of another, looks for one.
    private static func renewals(_ conninfo: String) async -> Int {
        let count = Locked(0)
        let connector = Connector(candidates: { [conninfo] }) { count.withLock { $0 += 1 } }
        let error = await #expect(throws: PostgresError.self) { try await connector.open() }
        #expect(error?.isConnectionLost == true)
        return count.withLock { $0 }
    }

    @Test("A password is looked up again only where a server refused it, not where no server answers")
    func away() async throws {
        let cluster = try await TestCluster.conninfo(database: "postgres")
        #expect(await Self.renewals("host=/nowhere user=postgres password=x dbname=postgres") == 0)
        #expect(await Self.renewals("host=127.0.0.1 port=1 user=postgres password=x dbname=postgres") == 0)
        // It answers, and takes no changes.
        let standby = try await TestCluster.standbyConninfo()
        #expect(await Self.renewals("\(standby) target_session_attrs=read-write") == 0)
        #expect(await Self.renewals("\(cluster) dbname=missing") == 0)
    }

    @Test("A refused password is looked up once, and the new one is tried")
    func refused() async throws {
        try await withDatabase { conninfo in
            let role = "login_\(UUID().uuidString.prefix(8).lowercased())"
            let owner = try await Connection.open(conninfo)
            try await owner.run {
                try $0.executeScript("create role \(role) login password 'new'; grant needs_password to \(role)")
            }
            let text = try ConnectionInfo.setting(["user": role], in: conninfo)
            #expect(await Self.renewals("\(text) password=old") == 1)
            let password = Locked("old")
            let connector = Connector(candidates: { ["\(text) password=\(password.withLock { $0 })"] }) {
                password.withLock { $0 = "new" }
            }
            let connection = try await connector.open()
            #expect(try await connection.run { try $0.query("select current_user")[0][0] } == role)
            await connection.close()
            try await owner.run { try $0.executeScript("drop role \(role)") }
            await owner.close()
        }
    }
}
