import AWS
import Foundation
import OpenSSL
import Postgres
import TestSupport
import Testing

@testable import Relay

/// What is lost is called lost, what is not is not delivered twice, and what cannot be read holds up nobody.
@Suite(.timeLimit(.minutes(6))) struct RelayLossTests {
    private static let states: Statement = """
        select w.state || ' ' || (select string_agg(coalesce(a.ended_as, 'counts'), ', ' order by a.part) from relay.archives a
            where a.window_at = w.opens_at) from relay.windows w
        """
    private static let alerts: Statement =
        "select coalesce(string_agg(kind, ', ' order by kind), '') from relay.alerts where cleared_at is null"

    /// One window of four objects, verified; then something is lost, and the window replayed.
    private static func line(
        losing lose: (RelayLine, String) async throws -> Void, _ body: (RelayLine) async throws -> Void
    ) async throws {
        try await RelayLine.with { line in
            for number in 0..<4 { try await line.put("landing/\(number)", relayBytes(5000, seed: UInt64(number))) }
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            try await lose(line, try #require(try await line.keys().first))
            try await line.replay()
            try await line.working {
                try await line.wait(for: "t", "select bool_and(state in ('verified', 'lost')) from relay.windows")
            }
            try await body(line)
        }
    }

    @Test("An archive that is lost with all that is known of its objects is lost, not verified; its row stays")
    func lostWhole() async throws {
        try await Self.line { line, key in
            try await line.target.delete(S3Object(bucket: line.archive, key: key))
            _ = try await line.pool.run { try $0.execute("delete from relay.members") }
        } _: { line in
            #expect(try await line.value(Self.states) == "lost lost")
            #expect(try await line.value(Self.alerts) == "lost")
            let checks = try await line.verify()
            #expect(checks.map(\.problems) == [["the target does not have it"]])
            let status = try await line.pool.run { try $0.relayStatus() }
            #expect(status.states.map(\.windows) == [0, 0, 0, 0, 0, 1])

            // Whoever replays it has read the alert; what is lost stays lost.
            try await line.replay()
            try await line.working { try await line.wait(for: "lost lost", Self.states) }
            #expect(try await line.value(Self.alerts) == "")
        }
    }

    @Test("Of a lost archive the objects that can still be read are delivered again; the others are missing")
    func lostPartly() async throws {
        try await Self.line { line, key in
            try await line.target.delete(S3Object(bucket: line.archive, key: key))
            try await line.source.delete(S3Object(bucket: line.inbox, key: "landing/2"))
        } _: { line in
            #expect(try await line.value(Self.states) == "lost lost, counts")
            #expect(try await line.value(Self.alerts) == "lost, members")
            #expect(
                try await line.value("select string_agg(state, ' ' order by object_key) from relay.members")
                    == "packed packed gone packed")
            #expect(try await line.checks().map(\.members) == [3])

            // The object comes back: the window is replayed whole, and still says what it lost.
            try await line.source.put(S3Object(bucket: line.inbox, key: "landing/2"), relayBytes(5000, seed: 2))
            #expect(try await line.pool.transaction { try $0.retryMissing(of: nil) }.count == 1)
            try await line.working { try await line.wait(for: "lost lost, counts, counts", Self.states) }
            #expect(try await line.checks().map(\.members).sorted() == [1, 3])
        }
    }

    @Test("An archive that only lost its metadata gets them back from its own bytes, though an object of it is gone")
    func metadata() async throws {
        try await Self.line { line, key in
            let object = S3Object(bucket: line.archive, key: key)
            let bytes = try await line.target.get(object).bytes
            try await line.target.put(object, bytes)
            try await line.source.delete(S3Object(bucket: line.inbox, key: "landing/2"))
        } _: { line in
            #expect(try await line.value(Self.states) == "verified counts")
            #expect(try await line.value(Self.alerts) == "")
            let checks = try await line.checks()
            #expect(checks.map(\.members) == [4] && checks.allSatisfy { $0.problems.isEmpty }, "\(checks)")
        }
    }

    @Test("An archive whose bytes only another engine makes again is replaced by one with the same objects")
    func otherEngine() async throws {
        try await Self.line { line, key in
            try await line.target.delete(S3Object(bucket: line.archive, key: key))
            // As an earlier version of the service would have left it.
            _ = try await line.pool.run {
                try $0.execute(
                    """
                    update relay.archives
                    set engine = null, engine_level = null, sha256 = repeat('0', 64), object_key = 'relay/former'
                    """)
            }
        } _: { line in
            #expect(try await line.value(Self.states) == "verified replaced, counts")
            #expect(try await line.value(Self.alerts) == "")
            let checks = try await line.verify()
            #expect(checks.map(\.members) == [4] && checks.allSatisfy { $0.problems.isEmpty }, "\(checks)")
        }
    }

    @Test("An archive is made again as it was packed, whatever the settings say by then")
    func otherCompression() async throws {
        try await RelayLine.with({ $0.compression = .fast }) { line in
            for number in 0..<4 { try await line.put("landing/\(number)", relayBytes(5000, seed: UInt64(number))) }
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            let keys = try await line.keys()
            try await line.target.delete(S3Object(bucket: line.archive, key: try #require(keys.first)))
            try await line.replay()
            var line = line
            line.settings.compression = .small
            try await line.working { [line] in try await line.waitUntilVerified() }
            #expect(try await line.keys() == keys)
            #expect(try await line.value("select engine_level, ended_as from relay.archives") == "1")
            #expect(try await line.value(Self.states) == "verified counts")
        }
    }

    private static func source(_ proxy: StoreProxy) async throws -> S3Client {
        var configuration = try await S3Store.moto.configuration()
        configuration.endpoints[.s3] = try AWSEndpoint(url: proxy.url)
        return S3Client(configuration)
    }

    @Test(
        "An object that its store refuses holds up neither the others of its window nor other windows, and is given up with an alert"
    )
    func unreadable() async throws {
        try await StoreProxy.with(to: try await MotoServer.url(), .forbid) { proxy in
            try await RelayLine.with { line in
                for key in ["a", "b-forbidden", "c"] { try await line.put(key, relayBytes(3000)) }
                try await line.flush()
                try await line.put("later", relayBytes(3000))
                try await line.flush()
                var line = line
                line.source = try await Self.source(proxy)
                try await line.working { [line] in try await line.waitUntilVerified() }
                let missing = try await line.pool.run { try $0.missingObjects(of: nil, limit: 10) }
                #expect(missing.map(\.key) == ["b-forbidden"] && missing.map(\.state) == ["unreadable"])
                #expect(missing[0].tries == 3 && missing[0].problem?.contains("403") == true, "\(missing)")
                #expect(try await line.value(Self.alerts) == "members")
                #expect(try await line.checks().map(\.members).sorted() == [1, 2])

                try proxy.set(.pass)
                #expect(try await line.pool.transaction { try $0.retryMissing(of: nil) }.count == 1)
                try await line.working { [line] in try await line.waitUntilVerified() }
                #expect(try await line.checks().map(\.members).sorted() == [1, 1, 2])
                #expect(try await line.value(Self.alerts) == "")
            }
        }
    }

    @Test(
        "An object alone in its window is given up once others of its bucket were delivered; before, the store may be away"
    )
    func unreadableAlone() async throws {
        try await StoreProxy.with(to: try await MotoServer.url(), .forbid) { proxy in
            try await RelayLine.with { line in
                try await line.put("forbidden", relayBytes(3000))
                try await line.flush()
                var line = line
                line.source = try await Self.source(proxy)
                try await line.working { [line] in
                    try await line.wait(
                        for: "sealed source 0",
                        "select state || ' ' || waits_for || ' ' || (select max(tries) from relay.members) from relay.windows"
                    )
                    try await line.put("good", relayBytes(3000))
                    try await line.flush()
                    try await line.waitUntilVerified()
                }
                #expect(
                    try await line.value("select string_agg(state, ' ' order by object_key) from relay.members")
                        == "unreadable packed")
            }
        }
    }

    @Test("Refused objects of a waiting window are given up at once when somebody says so")
    func skipped() async throws {
        try await StoreProxy.with(to: try await MotoServer.url(), .forbid) { proxy in
            try await RelayLine.with({ ($0.pause, $0.longestPause) = (.seconds(3600), .seconds(3600)) }) { line in
                for key in ["a", "forbidden"] { try await line.put(key, relayBytes(3000)) }
                try await line.flush()
                let window = try #require(try await line.windows().first)
                var line = line
                line.source = try await Self.source(proxy)
                try await line.working { [line] in
                    try await line.wait(for: "sealed repair", "select state || ' ' || waits_for from relay.windows")
                    #expect(try await line.pool.transaction { try $0.skipRefused(of: window) } == 1)
                    try await line.waitUntilVerified()
                }
                #expect(try await line.pool.transaction { try $0.skipRefused(of: window) } == 0)
                #expect(try await line.checks().map(\.members) == [1])
            }
        }
    }

    @Test("What an event says of a size is a hint: too small, too large, and objects that end where a piece ends")
    func sizes() async throws {
        try await RelayLine.with { line in
            let objects: [(key: String, said: Int, size: Int)] = [
                ("small", 10, 5000), ("large", 10, 3 << 20), ("larger", 2 << 20, 9 << 20), ("smaller", 9 << 20, 100),
                ("even", 8 << 20, 16 << 20), ("limit", 1 << 20, 1 << 20), ("empty", 5, 0),
            ]
            for (key, said, size) in objects { try await line.put(key, relayBytes(size), saying: said) }
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            let checks = try await line.checks()
            #expect(
                checks.reduce(0) { $0 + $1.members } == objects.count && checks.allSatisfy { $0.problems.isEmpty },
                "\(checks)")
            for (key, _, size) in objects {
                let bytes = relayBytes(size)
                let expected: String = "\(size) " + SHA256.hash(bytes).hex
                let row = try await line.value(
                    "select size_bytes || ' ' || sha256 from relay.members where object_key = \(key)")
                #expect(row == expected, "\(key)")
            }
        }
    }
}
