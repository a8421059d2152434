import Postgres
import TestSupport
import Testing

@testable import Enrichment

@Suite(.timeLimit(.minutes(2))) struct ProviderStateTests {
    @Test("A provider's circuit is told with its reason: stopped before open, open before blocked")
    func circuits() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(
                    "insert into enrichment.providers (provider, kind) select 'p' || n, 'mock' from generate_series(1, 4) n"
                )
                try session.execute(
                    """
                    insert into enrichment.buckets (provider, per_second, credit_budget, credits_used, stopped_at, stopped_because,
                        opened_at, blocked_until, blocked_because)
                    values ('p1', 5, 100, 7, null, null, null, '-infinity', null),
                        ('p2', null, null, 0, now(), 'no credits', now(), '-infinity', 'x'),
                        ('p3', null, null, 0, null, null, now(), 'infinity', 'fails'),
                        ('p4', null, null, 0, null, null, null, 'infinity', 'asked for silence')
                    """)
                let states = try session.providerStates()
                #expect(states.map(\.circuit) == [.closed, .stopped, .open, .blocked])
                #expect(states.map(\.because) == [nil, "no credits", "fails", "asked for silence"])
                #expect(states[0].perSecond == 5 && states[0].creditBudget == 100 && states[0].creditsUsed == 7)
            }
        }
    }
}
