import AWS
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Relay

/// Targets and sources that fail in every way: what was announced arrives once, or is recorded as missing.
@Suite(.timeLimit(.minutes(6))) struct RelayFaultTests {
    private static func members(_ line: RelayLine) async throws -> String? {
        try await line.value(
            """
            select string_agg(state || ' ' || n, ', ' order by state) from (select state, count(*) as n from relay.members group by state) s
            """)
    }

    @Test(
        "A target that fails in any way gets every object once, as soon as it works again",
        arguments: [StoreProxy.Mode.refuse, .full, .unavailable, .forget, .corrupt, .cut, .loseAnswer])
    func failingTarget(mode: StoreProxy.Mode) async throws {
        try await StoreProxy.with(to: try await S3Server.url(), mode) { proxy in
            try await RelayLine.with(through: proxy) { line in
                for number in 0..<5 { try await line.put("landing/\(number)", relayBytes(5000, seed: UInt64(number))) }
                try await line.flush()
                try await line.working {
                    try await line.wait(for: "sealed target", "select state || ' ' || waits_for from relay.windows")
                    let error = try #require(try await line.value("select last_error from relay.windows"))
                    #expect(!error.contains(S3Server.secretKey))
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                let checks = try await line.checks()
                #expect(checks.count == 1)
                #expect(checks.allSatisfy { $0.members == 5 && $0.problems.isEmpty }, "\(checks)")
                #expect(try await Self.members(line) == "packed 5")
            }
        }
    }

    @Test("A backlog of an outage is delivered, each window once, and one window at a time tries a dead target")
    func backlog() async throws {
        try await StoreProxy.with(to: try await S3Server.url(), .refuse) { proxy in
            try await RelayLine.with(through: proxy) { line in
                try await line.working {
                    for window in 0..<12 {
                        try await line.put("landing/\(window)", relayBytes(2000, seed: UInt64(window)))
                        try await line.flush()
                    }
                    try await line.wait(
                        for: "t", "select count(*) filter (where failed_at is not null) >= 3 from relay.windows")
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                let checks = try await line.checks()
                #expect(checks.count == 12 && checks.allSatisfy { $0.problems.isEmpty && $0.members == 1 }, "\(checks)")
            }
        }
    }

    @Test(
        "Objects that are gone or altered are recorded, raise an alert and do not block; a replay finds what came back")
    func missing() async throws {
        try await RelayLine.with { line in
            for key in ["gone", "altered", "good"] { try await line.put(key, relayBytes(3000)) }
            try await line.source.delete(S3Object(bucket: line.inbox, key: "gone"))
            try await line.source.put(S3Object(bucket: line.inbox, key: "altered"), [1, 2, 3])
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            #expect(try await Self.members(line) == "altered 1, gone 1, packed 1")
            #expect(
                try await line.value("select kind || ': ' || detail from relay.alerts where cleared_at is null")
                    == "members: 2 of 3 objects were gone, altered or unreadable")
            let status = try await line.pool.run { try $0.relayStatus() }
            #expect(status.missing == 2 && status.alerts.map(\.kind) == ["members"])

            try await line.source.put(S3Object(bucket: line.inbox, key: "gone"), relayBytes(3000))
            let opensAt = try #require(
                try await line.pool.run {
                    try $0.first("select (extract(epoch from opens_at) * 1000000)::bigint as t from relay.windows")?
                        .get("t", as: Int.self)
                })
            let window = WindowTime(microseconds: opensAt)
            let replayed = try await line.pool.transaction { try $0.replayWindows(from: window, through: window) }
            #expect(replayed == [window])
            try await line.working { try await line.waitUntilVerified() }
            #expect(try await Self.members(line) == "altered 1, packed 2")
            let checks = try await line.checks()
            #expect(checks.map(\.members) == [1, 1] && checks.allSatisfy { $0.problems.isEmpty }, "\(checks)")
        }
    }

    @Test(
        "An object that was overwritten before it was read is not missing if what took its place arrived, before or after"
    )
    func replaced() async throws {
        try await RelayLine.with { line in
            try await line.put("early", relayBytes(3000))
            try await line.put("late", relayBytes(3000))
            try await line.put("early", relayBytes(4000))
            let stored = try await line.source.put(S3Object(bucket: line.inbox, key: "late"), relayBytes(5000))
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            #expect(try await Self.members(line) == "altered 1, packed 1, replaced 1")
            let detail: Statement =
                "select coalesce(string_agg(detail, ' '), '') from relay.alerts where cleared_at is null"
            #expect(try await line.value(detail) == "1 of 3 objects were gone, altered or unreadable")
            try await line.announce("late", stored, 5000)
            try await line.pool.transaction { session in
                try session.settleReplaced()
                #expect(try session.updateAlerts(line.settings).cleared.isEmpty)
            }
            #expect(try await Self.members(line) == "packed 1, replaced 2, waiting 1")
            #expect(try await line.value(detail) == "")
        }
    }

    @Test("A replay makes an archive that the target has lost anew, byte for byte, and leaves the others alone")
    func replay() async throws {
        try await RelayLine.with({ $0.archiveBytes = 1 << 20 }) { line in
            for number in 0..<8 { try await line.put("landing/\(number)", relayBytes(600_000, seed: UInt64(number))) }
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            let keys = try await line.keys()
            #expect(keys.count > 1)
            try await line.target.delete(S3Object(bucket: line.archive, key: keys[1]))
            try await line.pool.transaction { session in
                _ = try session.replayWindows(
                    from: WindowTime("2020-01-01T00:00:00Z")!, through: WindowTime("2100-01-01T00:00:00Z")!)
            }
            try await line.working { try await line.waitUntilVerified() }
            #expect(try await line.keys() == keys)
            let checks = try await line.checks()
            #expect(checks.reduce(0) { $0 + $1.members } == 8 && checks.allSatisfy { $0.problems.isEmpty })
        }
    }

    @Test("A source that does not answer makes windows wait, and nothing is recorded as missing")
    func failingSource() async throws {
        try await StoreProxy.with(to: try await MotoServer.url(), .pass) { proxy in
            try await RelayLine.with { line in
                var line = line
                try await line.put("landing/a", relayBytes(3000))
                try await line.flush()
                line.source = try await Self.source(proxy.url)
                try proxy.set(.refuse)
                try await line.working { [line] in
                    try await line.wait(for: "sealed source", "select state || ' ' || waits_for from relay.windows")
                    try proxy.set(.pass)
                    try await line.waitUntilVerified()
                }
                #expect(try await Self.members(line) == "packed 1")
            }
        }
    }

    private static func source(_ url: String) async throws -> S3Client {
        var configuration = try await S3Store.moto.configuration()
        configuration.endpoints[.s3] = try AWSEndpoint(url: url)
        return S3Client(configuration)
    }

    @Test("Empty, large and odd-named objects pass between real stores; what is read back is what was sent")
    func oddObjects() async throws {
        try await RelayLine.with(source: .swift, { $0.readsBack = true }) { line in
            let large =
                [UInt8](repeating: 7, count: 50 << 20) + relayBytes(100_000) + [UInt8](repeating: 9, count: 50 << 20)
            let objects: [(String, [UInt8])] = [
                ("landing/empty", []), ("landing/large", large), ("landing/ü 日本語+&?.txt", relayBytes(10)),
                ("landing/" + String(repeating: "x", count: 292), relayBytes(300)), ("landing//double", relayBytes(20)),
                ("/leading", relayBytes(30)), ("landing/a%2Fb", relayBytes(40)),
            ]
            for (key, bytes) in objects { try await line.put(key, bytes) }
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            #expect(try await Self.members(line) == "packed \(objects.count)")
            let checks = try await line.checks()
            // The large one has an archive of its own, with those that follow it.
            #expect(checks.count == 2 && checks.allSatisfy { $0.problems.isEmpty }, "\(checks)")
            #expect(checks.reduce(0) { $0 + $1.members } == objects.count)
        }
    }
}
