import Foundation
import TestSupport
import Testing

@testable import AWS
import Threads

@Suite(.timeLimit(.minutes(5))) struct CredentialProviderTests {
    private let clock = TestClock()

    /// A source that counts, and that answers by a list.
    private final class Source: CredentialSource {
        let name = "test"
        private let state: Locked<(calls: Int, answers: [Result<Credentials, CredentialError>])>

        init(_ answers: Result<Credentials, CredentialError>...) { state = Locked((0, answers)) }

        var calls: Int { state.withLock { $0.calls } }

        func credentials() async throws -> Credentials? {
            // Lets all callers arrive before the answer.
            for _ in 0..<100 { await Task.yield() }
            return try state.withLock { state in
                state.calls += 1
                return try state.answers.removeFirst().get()
            }
        }
    }

    private func provider(_ source: Source) -> CredentialProvider {
        CredentialProvider(source: source, now: { [clock] in clock.now })
    }

    @Test("many callers cause one refresh")
    func oneRefresh() async throws {
        let source = Source(.success(.make("A", expiration: clock.after(3600))))
        let provider = provider(source)
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await provider.credentials().accessKeyID } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(keys == ["A"])
        #expect(source.calls == 1)
    }

    @Test("credentials are fetched again five minutes before they expire, not earlier")
    func refreshWindow() async throws {
        let source = Source(
            .success(.make("A", expiration: clock.after(3600))), .success(.make("B", expiration: clock.after(9000))))
        let provider = provider(source)
        _ = try await provider.credentials()
        clock.advance(3299)
        let early = try await provider.credentials()
        #expect(early.accessKeyID == "A")
        clock.advance(1)
        let late = try await provider.credentials()
        #expect(late.accessKeyID == "B")
    }

    @Test("a failed refresh leaves the old credentials until they expire, and waits a minute")
    func failedRefresh() async throws {
        let failure = CredentialError(reason: "down")
        let source = Source(
            .success(.make("A", expiration: clock.after(3600))), .failure(failure), .failure(failure), .failure(failure)
        )
        let provider = provider(source)
        _ = try await provider.credentials()
        clock.advance(3400)
        for _ in 0..<3 {
            let kept = try await provider.credentials()
            #expect(kept.accessKeyID == "A")
        }
        #expect(source.calls == 2)
        clock.advance(60)
        _ = try await provider.credentials()
        #expect(source.calls == 3)
        clock.advance(140)
        await #expect(throws: failure) { try await provider.credentials() }
    }

    @Test("refused credentials are fetched again, but only once")
    func invalidation() async throws {
        let source = Source(.success(.make("A")), .success(.make("B")))
        let provider = provider(source)
        let refused = try await provider.credentials()
        await provider.invalidate(refused)
        let renewed = try await provider.credentials()
        #expect(renewed.accessKeyID == "B")
        await provider.invalidate(refused)
        let kept = try await provider.credentials()
        #expect(kept.accessKeyID == "B")
    }
}
