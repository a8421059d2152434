import Postgres
import TestSupport
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct QueueHealthTests {
    @Test("The session that holds vacuum back is named with its user, to the service's own role")
    func session() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let holder = try await Connection.open("\(conninfo) application_name=reporting")
            let health = try await holder.run { session in
                try session.executeScript("begin isolation level repeatable read; select")
                return try session.withCompanion(conninfo, application: "asker") { asker in
                    // Sees it as a member of the owner.
                    try asker.execute("set role catalog_app")
                    return try asker.queueHealth(olderThan: .zero)
                }
            }
            #expect(health.oldestTransaction?.application == "reporting")
            #expect(health.oldestTransaction?.user == "postgres")
            #expect(health.hiddenSessions == 0)
            await holder.close()
        }
    }

    @Test("Sessions that cannot be seen are counted as hidden")
    func hidden() async throws {
        try await withConnection(migrated: true) { connection in
            let health = try await connection.run { session in
                // Reads the tables, and is not a member of the owner.
                try session.execute("set role catalog_auditor")
                return try session.queueHealth(olderThan: .zero)
            }
            #expect(health.hiddenSessions > 0)
            #expect(health.oldestTransaction == nil)
        }
    }

    @Test("A prepared transaction that nobody ends is named")
    func prepared() async throws {
        try await withConnection(migrated: true) { connection in
            let health = try await connection.run { session in
                try session.executeScript("begin; create table t (); prepare transaction 'forgotten'")
                let health = try session.queueHealth()
                try session.execute("rollback prepared 'forgotten'")
                return health
            }
            #expect(health.oldestPreparedTransaction?.name == "forgotten")
            #expect(health.oldestPreparedTransaction?.owner == "postgres")
        }
    }
}
