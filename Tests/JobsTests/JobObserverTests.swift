import Postgres
import TestSupport
import Testing
import Threads

@testable import Jobs

@Suite(.timeLimit(.minutes(1))) struct JobObserverTests {
    private final class Recorder: JobObserver {
        let claims = Locked(0)
        let ends = Signals<(kind: String, end: JobEnd, duration: Duration?)>()

        func claimed(_ jobs: [Job], in duration: Duration) { claims.withLock { $0 += jobs.count } }

        func ended(_ job: Job, _ end: JobEnd, after duration: Duration?) { ends.send((job.kind, end, duration)) }
    }

    @Test("An observer sees every claim, end and failure")
    func sees() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let observer = Recorder()
            let handlers = [
                ClosureHandler(kind: "good") { _ in .finished },
                ClosureHandler(kind: "bad") { _ in throw JobError.permanent(reason: "broken") },
            ]
            try await pool.transaction { session in
                try session.enqueue(.make(kind: "killer", maxAttempts: 1))
                _ = try session.claim(by: "killed", lease: .zero)
                try session.enqueue([.make(kind: "good"), .make(kind: "bad")])
            }
            var configuration = JobWorkerConfiguration(concurrency: ["q": 4])
            configuration.backoff = Backoff(base: .zero, cap: .zero)
            try await withWorker(conninfo, configuration, handlers: handlers, observer: observer) { _ in
                let ends = await observer.ends.next(3).sorted { $0.kind < $1.kind }
                #expect(ends.map(\.kind) == ["bad", "good", "killer"])
                #expect(ends[0].end == .failed(error: "broken", delay: .zero, isDead: true))
                #expect(ends[1].end == .finished)
                #expect(ends[0].duration != nil && ends[1].duration != nil && ends[2].duration == nil)
            }
            #expect(observer.claims.withLock { $0 } == 2)
            await pool.close()
        }
    }
}
