import AWS
import Foundation
import Postgres
import Storage
import TestSupport
import Testing
import Zstd

@testable import Relay

/// Archives of Zstandard on their way, and back.
@Suite(.timeLimit(.minutes(6))) struct RelayZstdTests {
    @Test("They are delivered, read back and made again byte for byte, whatever new windows are packed with by then")
    func line() async throws {
        try await RelayLine.with({ line in
            line.compression = .zstd
            line.readsBack = true
        }) { line in
            for number in 0..<4 { try await line.put("landing/\(number)", relayBytes(400_000, seed: UInt64(number))) }
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            let keys = try await line.keys()
            #expect(keys.count == 1 && keys[0].hasSuffix(".tar.zst"), "\(keys)")
            #expect(try await line.verify().map(\.problems) == [[]])
            #expect(
                try await line.value("select engine || ' ' || engine_level from relay.archives")
                    == "\(ZstdFrame.engine) 3")

            let before = try await line.target.get(S3Object(bucket: line.archive, key: keys[0])).bytes
            try await line.target.delete(S3Object(bucket: line.archive, key: keys[0]))
            try await line.replay()
            var today = line
            today.settings.compression = .default
            try await today.working { try await line.waitUntilVerified() }
            let isSame = try await line.target.get(S3Object(bucket: line.archive, key: keys[0])).bytes == before
            #expect(isSame)
            #expect(try await line.keys() == keys)

            // Half of it, and bytes of another format, are bad and no more.
            for wrong in [Array(before.prefix(before.count / 2)), Array("not zstd at all".utf8)] {
                try await line.target.put(S3Object(bucket: line.archive, key: keys[0]), wrong)
                let problems = try await line.verify().flatMap(\.problems)
                #expect(problems.contains { $0.hasPrefix("cannot unpack the zstd data: ") }, "\(problems)")
            }
        }
    }

    @Test("An archive that another version has packed and the target has lost goes into another one, in its format")
    func otherVersion() async throws {
        try await RelayLine.with({ $0.compression = .zstd }) { line in
            try await line.put("landing/a", relayBytes(5000))
            try await line.flush()
            try await line.working { try await line.waitUntilVerified() }
            let key = try #require(try await line.keys().first)
            let other = String(repeating: "0", count: 64)
            _ = try await line.pool.run { session in
                try session.execute("update relay.archives set engine = 'zstd 0.9.0', sha256 = \(other)::text")
            }
            try await line.target.delete(S3Object(bucket: line.archive, key: key))
            try await line.replay()
            try await line.working {
                try await line.wait(
                    for: "replaced zstd 0.9.0, counts \(ZstdFrame.engine)",
                    """
                    select string_agg(coalesce(ended_as, 'counts') || ' ' || engine, ', ' order by part) from relay.archives
                    where ended_as is not null or verified_at is not null
                    """)
            }
            #expect(try await line.keys().allSatisfy { $0.hasSuffix(".tar.zst") })
        }
    }

    @Test(
        "What unpacks to more than was packed is refused before it takes memory",
        arguments: [ArchiveCompression.default, .zstd])
    func bomb(compression: ArchiveCompression) async throws {
        let packed = try #require(
            try await packed([("landing/a", relayBytes(5000))]) { $0.compression = compression }.first)
        let engine = compression.engine
        let zeros = engine.compress([UInt8](repeating: 0x20, count: 1 << 20))
        func entry(_ header: TarHeader, _ count: Int) -> [UInt8] {
            engine.compress(header.bytes) + (0..<count).flatMap { _ in zeros }
        }
        let folder = try TemporaryFolder()
        let store = FileArchiveStore(root: URL(fileURLWithPath: folder.path))
        // A manifest of a gigabyte, and a million entries.
        let manifest = entry(TarHeader(name: EntryName.manifest, size: 1 << 30, modified: 0), 1 << 10)
        let empty = TarHeader(name: "a", size: 0, modified: 0).bytes
        let thousand = engine.compress((0..<1000).flatMap { _ in empty })
        let many = (0..<1000).flatMap { _ in thousand }
        for (bytes, reason) in [(manifest, "more than was packed"), (many, "more than was packed")] {
            let path = try folder.write(bytes, to: "bomb")
            try await store.put(packed.archive, contentsOf: path, from: 0, replaces: true)
            let check = try await packed.archive.check(in: store, expecting: nil)
            #expect(check.problems.contains { $0.contains(reason) }, "\(check.problems)")
        }
    }
}
