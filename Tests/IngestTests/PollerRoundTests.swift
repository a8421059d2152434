import Foundation
import Logging
import PipelineSupport
import Postgres
import TestSupport
import Testing
import Threads

@testable import Ingest
@testable import Intake
@testable import Storage

/// What a round of the poller costs and finds in a bucket with many objects.
@Suite(.timeLimit(.minutes(3))) struct PollerRoundTests {
    /// Keys in memory, pages of a thousand; counts how often it is asked for one.
    private final class ListedStore: ObjectStore, ObjectStores {
        private let keys: Locked<[String]>
        private let new = Locked<[String: Date]>([:])
        private let lists = Locked(0)

        /// - Parameter keys: sorted.
        init(_ keys: [String]) {
            self.keys = Locked(keys)
        }

        func add(_ key: String) {
            new.withLock { $0[key] = Date() }
            keys.withLock { $0.insert(key, at: Self.place(behind: key, in: $0)) }
        }

        private static func place(behind key: String, in keys: [String]) -> Int {
            var (low, high) = (0, keys.count)
            while low < high {
                let middle = (low + high) / 2
                if keys[middle] > key { high = middle } else { low = middle + 1 }
            }
            return low
        }

        func takeLists() -> Int {
            lists.withLock { count in
                defer { count = 0 }
                return count
            }
        }

        private func info(_ key: String) -> ObjectInfo {
            let date = new.withLock { $0[key] } ?? Date(timeIntervalSince1970: 1)
            return ObjectInfo(key: key, size: 2, etag: "e", version: nil, lastModified: date)
        }

        func list(prefix: String, after key: String?) -> [ObjectInfo] {
            lists.withLock { $0 += 1 }
            let all = keys.withLock { $0 }
            return all[Self.place(behind: key ?? "", in: all)...].prefix(1000).map(info)
        }

        func head(_ key: String) -> ObjectInfo? { info(key) }
        func store(bucket: String) -> any ObjectStore { self }
        func reports() -> any ObjectStore { self }
        func put(_ key: String, contentsOf path: String) {}
        func get(
            _ key: String, version: String?, etag: String?,
            receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
        ) {}
        func read(_ key: String, version: String?, etag: String?, range: Range<Int>?) -> [UInt8] { [] }
        func delete(_ key: String) {}
        func link(to key: String, isForHead: Bool) -> ObjectLink { ObjectLink(url: key, expiresAt: nil) }
        func uploadLink(to key: String, sha256: String?) -> UploadLink? { nil }
    }

    private static func key(_ number: Int, _ rest: String = "") -> String {
        "uploads/V1/\(String(1_000_000 + number))\(rest).csv"
    }

    @Test(
        "A round walks a bounded part of a large bucket and looks behind its last key; what comes late or in the middle is found by the end of a walk"
    )
    func bounded() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 2)
            try await pool.transaction {
                try $0.addRoute(Route(bucket: "inbox", prefix: "uploads/", pipeline: "onboard"))
            }
            let store = ListedStore((0..<45_000).map { Self.key($0) })
            let poller = ArrivalPoller(
                recorder: ArrivalRecorder(pool: pool, pipelines: Pipelines([OnboardIntake()])), stores: store,
                interval: .seconds(3600), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            let begin = ContinuousClock.now
            for asked in [20, 20, 6] {
                #expect(try await poller.runOnce() == 0)
                #expect(store.takeLists() == asked)
            }
            #expect(poller.lag <= ContinuousClock.now - begin, "all was seen once")

            for added in [Self.key(99_999), Self.key(10, "-late"), Self.key(30_000, "-late")] { store.add(added) }
            #expect(try await poller.runOnce() == 2, "what grows with time, and the first part")
            #expect(store.takeLists() == 22)
            store.add(Self.key(5, "-later"))
            #expect(try await poller.runOnce() == 1, "the second part")
            #expect(try await poller.runOnce() == 0)
            #expect(try await poller.runOnce() == 1, "the first part again")
            await pool.close()
        }
    }

    @Test("Few objects are walked through whole in every round")
    func few() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 2)
            try await pool.transaction {
                try $0.addRoute(Route(bucket: "inbox", prefix: "uploads/", pipeline: "onboard"))
            }
            let store = ListedStore((0..<1500).map { Self.key($0) })
            let poller = ArrivalPoller(
                recorder: ArrivalRecorder(pool: pool, pipelines: Pipelines([OnboardIntake()])), stores: store,
                interval: .seconds(3600), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            for added in [7, 1499, 700] {
                store.add(Self.key(added, "-new"))
                #expect(try await poller.runOnce() == 1)
                #expect(store.takeLists() == 3)
            }
            await pool.close()
        }
    }
}
