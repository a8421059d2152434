import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(2))) struct RelayDayTests {
    @Test("A day has the windows that opened in it, by minute, whatever the session's time zone")
    func day() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute("set local timezone = 'Asia/Kolkata'")
                try session.execute(
                    """
                    insert into relay.windows
                        (opens_at, closes_at, state, member_count, byte_count, missing_count, sealed_at, delivered_at, verified_at)
                    values ('2026-01-31T23:59:00Z', '2026-02-01T00:00:00Z', 'verified', 1, 1, 0, now(), now(), now()),
                        ('2026-02-01T00:00:00Z', '2026-02-01T00:01:00Z', 'verified', 5, 1, 2, now(), now(), now()),
                        ('2026-02-01T23:50:00Z', '2026-02-02T00:00:00Z', 'sealed', 3, 1, 0, now(), null, null)
                    """)
                let windows = try session.relayDay("2026-02-01")
                #expect(windows.map(\.minute) == [0, 1430] && windows.map(\.minutes) == [1, 10])
                #expect(windows.map(\.state) == ["verified", "sealed"] && windows.map(\.objects) == [5, 3])
                #expect(windows.map(\.missing) == [2, 0])
            }
        }
    }
}
