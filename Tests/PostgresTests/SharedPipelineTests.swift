import Testing
import TestSupport

@testable import Postgres

/// Transactions of many tasks that go out together.
@Suite(.timeLimit(.minutes(1))) struct SharedPipelineTests {
    private static func withPool(_ body: (Pool, ServerActivity) async throws -> Void) async throws {
        try await withDatabase { conninfo in
            try await Pool(conninfo, maximum: 4).closing { pool in
                try await ServerActivity.watch(conninfo) { try await body(pool, $0) }
            }
        }
    }

    /// A read under a setting of its own, which no other may see.
    private static func read(_ number: Int, _ pipelines: SharedPipelines) async throws -> String {
        let statements: [Statement] = [
            "select set_config('catalog.vendor_id', \("V\(number)")::text, true)",
            Statement("select current_setting('catalog.vendor_id') || ' ' || 100 / (\(number)::integer % 10)")
                .prepared(),
        ]
        return try await pipelines.run(statements) { rows in try #require(rows[1].first?[0]) }
    }

    @Test func eachTaskGetsItsOwnAnswerUnderItsOwnSettings() async throws {
        try await Self.withPool { pool, _ in
            let pipelines = SharedPipelines(pool, lanes: 2, atOnce: 7)
            // Every tenth divides by zero: it fails, and no other.
            let answers = await withTaskGroup(of: (Int, Result<String, any Error>).self) { group in
                for number in 0..<500 {
                    group.addTask {
                        do {
                            return (number, .success(try await Self.read(number, pipelines)))
                        } catch {
                            return (number, .failure(error))
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in 0..<500 {
                let answer = try #require(answers[number])
                if number % 10 == 0 {
                    #expect(throws: PostgresError.self) { try answer.get() }
                } else {
                    #expect(try answer.get() == "V\(number) \(100 / (number % 10))")
                }
            }
        }
    }

    @Test func whoIsCancelledWhileItWaitsLeavesAlone() async throws {
        try await Self.withPool { pool, activity in
            let pipelines = SharedPipelines(pool, lanes: 1)
            try await pool.withConnection { gate in
                try await gate.run { _ = try $0.query("select pg_advisory_lock(1)") }
                async let first = pipelines.run(["select pg_advisory_xact_lock(1)", "select 1"]) { $0[1].first?[0] }
                try await activity.until("wait_event = 'advisory'", count: 1)
                let second = Task { try await pipelines.run(["select 2"]) { $0[0].first?[0] } }
                let third = Task { try await pipelines.run(["select 3"]) { $0[0].first?[0] } }
                second.cancel()
                await #expect(throws: CancellationError.self) { try await second.value }
                try await gate.run { _ = try $0.query("select pg_advisory_unlock(1)") }
                let answers = [try await first, try await third.value]
                #expect(answers == ["1", "3"])
            }
        }
    }

    @Test func aLostConnectionFailsThoseOnItAndTheNextOneHasAnother() async throws {
        try await Self.withPool { pool, _ in
            let pipelines = SharedPipelines(pool, lanes: 1)
            let error = await #expect(throws: PostgresError.self) {
                try await pipelines.run(["select pg_terminate_backend(pg_backend_pid())"]) { _ in }
            }
            #expect(error?.isConnectionLoss == true)
            let answer = try await pipelines.run(["select 1"]) { $0[0].first?[0] }
            #expect(answer == "1")
        }
    }

    @Test func whereThereIsNoServerEverybodyIsTold() async throws {
        let pipelines = SharedPipelines(Pool("host=127.0.0.1 port=1"), lanes: 1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    await #expect(throws: PostgresError.self) { try await pipelines.run(["select 1"]) { _ in } }
                }
            }
        }
    }
}
