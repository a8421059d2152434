import Postgres
import TestSupport
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct OutcomeRecorderTests {
    private static func polling() -> JobWorkerConfiguration {
        var configuration = JobWorkerConfiguration(concurrency: ["q": 4])
        configuration.listens = false
        configuration.lease = .seconds(3600)
        configuration.claiming.pollInterval = .milliseconds(20)
        configuration.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
        return configuration
    }

    @Test(
        "A failure that the database does not take at once is recorded as soon as it does, not at the end of the lease")
    func triedAgain() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            // The first two attempts to record are refused as by a server that shuts down.
            try await pool.run {
                try $0.executeScript(
                    """
                    create sequence refusals;
                    create function refuse() returns trigger language plpgsql as $$
                    begin
                        if nextval('refusals') <= 2 then raise 'away' using errcode = '57P03'; end if;
                        return new;
                    end $$;
                    create trigger refuse before update on jobs.jobs for each row
                        when (old.state = 'running' and new.state = 'ready') execute function refuse();
                    """)
            }
            let attempts = Signals<Int>()
            let handler = ClosureHandler { job in
                attempts.send(job.attempt)
                if job.attempt == 1 { throw JobError.retry(after: nil, reason: "no luck") }
                return .finished
            }
            try await pool.transaction { _ = try $0.enqueue(.make()) }
            try await withWorker(conninfo, Self.polling(), handlers: [handler]) { _ in
                #expect(await attempts.next(2) == [1, 2])
            }
            let states = try await pool.run { try $0.jobStates() }
            #expect(states.isEmpty)
            await pool.close()
        }
    }

    @Test("The end of a serial job wakes the worker for its successor")
    func successor() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let done = Signals<String>()
            let handler = ClosureHandler {
                done.send($0.payload)
                return .finished
            }
            try await pool.transaction {
                _ = try $0.enqueue([
                    .make(payload: "{\"n\": 1}", serialKey: "s"), .make(payload: "{\"n\": 2}", serialKey: "s"),
                ])
            }
            var configuration = Self.polling()
            // Only a signal can bring the second claim.
            configuration.claiming.pollInterval = .seconds(3600)
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in
                #expect(await done.next(2) == ["{\"n\": 1}", "{\"n\": 2}"])
            }
            await pool.close()
        }
    }
}
