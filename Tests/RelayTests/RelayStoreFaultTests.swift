import AWS
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Relay

/// Stores that answer late, not at all, or with something else: what is delivered in the end is whole, and there once.
@Suite(.timeLimit(.minutes(6))) struct RelayStoreFaultTests {
    /// Ends a window of so many objects, each of its own.
    private static func seal(_ line: RelayLine, _ window: Int, objects: Int = 4, bytes: Int = 5000) async throws {
        for number in 0..<objects {
            try await line.put("landing/\(window)-\(number)", relayBytes(bytes, seed: UInt64(window * 100 + number)))
        }
        try await line.flush()
    }

    private static func expectWhole(_ line: RelayLine, members: [Int]) async throws {
        let checks = try await line.checks()
        #expect(checks.map(\.members) == members && checks.allSatisfy { $0.problems.isEmpty }, "\(checks)")
        let states = try await line.value("select string_agg(distinct state, ' ') from relay.members")
        #expect(states == "packed")
    }

    @Test("A slow target gets every window, once", arguments: [StoreProxy.Mode.slow, .trickle])
    func slowTarget(mode: StoreProxy.Mode) async throws {
        try await StoreProxy.with(to: try await S3Server.url(), mode) { proxy in
            try await RelayLine.with(through: proxy) { line in
                for window in 0..<3 { try await Self.seal(line, window, bytes: 50_000) }
                try await line.working { try await line.waitUntilVerified() }
                try await Self.expectWhole(line, members: [4, 4, 4])
            }
        }
    }

    @Test("A target that answers nothing is given up after a time-out; windows are taken and sealed meanwhile")
    func stalledTarget() async throws {
        try await StoreProxy.with(to: try await S3Server.url(), .stall) { proxy in
            try await RelayLine.with(through: proxy) { line in
                try await Self.seal(line, 0)
                try await line.working {
                    try await line.wait(for: "packing 1", "select state || ' ' || attempt from relay.windows")
                    // While the first attempt hangs the next windows come.
                    for window in 1..<3 { try await Self.seal(line, window) }
                    let sealed = try await line.value("select count(*) from relay.windows where state <> 'open'")
                    #expect(sealed == "3")
                    try await line.wait(
                        for: "t", "select count(*) > 0 from relay.windows where failed_at is not null")
                    let error = try #require(
                        try await line.value("select max(last_error) from relay.windows where waits_for = 'target'"))
                    #expect(error.contains("127.0.0.1"))
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                try await Self.expectWhole(line, members: [4, 4, 4])
            }
        }
    }

    @Test("A source that is cut in the middle of an object is read again, and the archive is whole")
    func cutSource() async throws {
        try await StoreProxy.with(to: try await MotoServer.url(), .cutGet) { proxy in
            try await RelayLine.with { direct in
                var line = direct
                // One that is read in ranges, too.
                try await line.put("landing/large", relayBytes(3 << 20))
                try await Self.seal(line, 0)
                line.source = try await Self.client(.moto, proxy.url)
                try await line.working { [line] in
                    try await line.wait(for: "sealed source", "select state || ' ' || waits_for from relay.windows")
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                try await Self.expectWhole(line, members: [5])
            }
        }
    }

    @Test("An archive that reads back as something else is not taken for delivered, and nothing is deleted for it")
    func rottenReadBack() async throws {
        try await StoreProxy.with(to: try await S3Server.url(), .rotten) { proxy in
            try await RelayLine.with(through: proxy, { $0.readsBack = true }) { line in
                try await Self.seal(line, 0)
                try await line.working {
                    try await line.wait(
                        for: "t", "select attempt > 1 and last_error ~ 'has contents of the SHA-256' from relay.windows"
                    )
                    let archive = try await line.value(
                        "select (verified_at is null) || ' ' || (select count(*) from relay.members) from relay.archives"
                    )
                    #expect(archive == "true 4")
                    #expect(try await line.keys().count == 1)
                    #expect(try await line.source.page(of: line.inbox).objects.count == 4)
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                try await Self.expectWhole(line, members: [4])
            }
        }
    }

    @Test("An archive whose bytes changed on the target, though its checksum says nothing of it, is made again")
    func rottenArchive() async throws {
        try await RelayLine.with({ $0.readsBack = true }) { line in
            try await Self.seal(line, 0)
            try await line.working { try await line.waitUntilVerified() }
            let object = S3Object(bucket: line.archive, key: try #require(try await line.keys().first))
            let info = try await line.target.head(object)
            let options = S3PutOptions(metadata: info.metadata)
            try await line.target.put(object, [UInt8](repeating: 7, count: info.size), options: options)
            try await line.pool.transaction { session in
                _ = try session.replayWindows(
                    from: WindowTime("2020-01-01T00:00:00Z")!, through: WindowTime("2100-01-01T00:00:00Z")!)
            }
            try await line.working { try await line.waitUntilVerified() }
            try await Self.expectWhole(line, members: [4])
        }
    }

    private static func client(_ store: S3Store, _ url: String) async throws -> S3Client {
        var configuration = try await store.configuration()
        configuration.endpoints[.s3] = try AWSEndpoint(url: url)
        return S3Client(configuration)
    }
}
