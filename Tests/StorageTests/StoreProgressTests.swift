import TestSupport
import Testing
import Threads

@testable import Storage

/// Bytes that move are progress, whoever moves them.
@Suite(.timeLimit(.minutes(5))) struct StoreProgressTests {
    @Test("Storing and fetching report to whoever watches over the work", arguments: ObjectStoreTests.Kind.allCases)
    func stores(kind: ObjectStoreTests.Kind) async throws {
        let bench = try await kind.make()
        let reports = Locked(0)
        func count(_ body: () async throws -> Void) async throws -> Int {
            reports.withLock { $0 = 0 }
            try await WorkProgress.$report.withValue(.init { reports.withLock { $0 += 1 } }) { try await body() }
            return reports.withLock { $0 }
        }
        let text = String(repeating: "0123456789", count: 100_000)
        let stored = try await count { try await bench.put(text, "a") }
        let fetched = try await count { _ = try await bench.get("a") }
        #expect(stored >= 2 && fetched >= 2)
        let missing = try await count { _ = try await bench.store.head("nothing") }
        #expect(missing == 0)
    }
}
