import Postgres
import TestSupport
import Testing

@testable import Intake

@Suite(.timeLimit(.minutes(2))) struct RouteTrafficTests {
    @Test("An arrival counts for the route with its longest prefix; what was ignored says why")
    func traffic() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute(
                    """
                    insert into intake.routes (bucket, prefix, pipeline) values ('b', 'in/', 'onboard'), ('b', 'in/lists/', 'enrich'),
                        ('c', '', 'relay')
                    """)
                try session.execute(
                    """
                    insert into intake.object_events
                        (bucket, object_key, object_version, etag, source, pipeline, occurred_at, received_at, ignored_because)
                    values ('b', 'in/a', '1', 'e', 's3', 'onboard', now(), now(), null),
                        ('b', 'in/b', '1', 'e', 's3', 'onboard', now(), now(), 'no vendor'),
                        ('b', 'in/lists/c', '1', 'e', 's3', 'enrich', now(), now(), null),
                        ('b', 'in/old', '1', 'e', 's3', 'onboard', now(), now() - interval '2 days', null)
                    """)
                let routes = try session.routeTraffic().filter { ["b", "c"].contains($0.bucket) }
                #expect(routes.map(\.prefix) == ["in/", "in/lists/", ""])
                #expect(routes.map(\.arrived) == [2, 1, 0] && routes.map(\.ignored) == [1, 0, 0])
                #expect(routes.map(\.reason) == ["no vendor", nil, nil] && routes[2].newest == nil)
            }
        }
    }
}
