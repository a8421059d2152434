import Deflate
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct GzipMemberTests {
    private static let pieces: [[UInt8]] = [
        Array(repeating: 0, count: 1 << 20), [], (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
        Array("the end".utf8), [],
    ]

    /// Each reads `a.gz` to its end.
    private static let readers = [
        "gzip -t a.gz && gzip -dc a.gz", "zcat a.gz", "bsdcat a.gz",
        "python3 -c 'import gzip, sys; sys.stdout.buffer.write(gzip.open(\"a.gz\").read())'",
    ]

    @Test("Members one behind the other are one file to gzip, zcat, Python and libarchive", arguments: [1, 5, 10, 12])
    func members(level: Int) async throws {
        let bytes = Self.pieces.flatMap { GzipMember.compress($0, level: level) }
        let folder = try TemporaryFolder()
        _ = try folder.write(bytes, to: "a.gz")
        _ = try folder.write(Self.pieces.flatMap { $0 }, to: "a")
        for reader in Self.readers {
            let outcome = try await Subprocess.run(
                "/bin/bash", ["-c", "set -o pipefail; { \(reader); } | cmp - a"], directory: folder.path)
            #expect(outcome.status == 0, "\(reader): \(outcome.error)")
        }
    }

    @Test("Equal pieces give equal bytes, with neither time nor name; a random one grows by a few bytes only")
    func determinism() {
        for piece in Self.pieces {
            let bytes = GzipMember.compress(piece, level: 5)
            #expect(bytes == GzipMember.compress(piece, level: 5))
            #expect(bytes.prefix(8) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
        }
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(GzipMember.compress(noise, level: 5).count < noise.count + 400)
    }

    @Test("A higher level makes fewer bytes; the engine says its version")
    func levels() {
        let lines = (0..<50_000).map { "{\"id\": \($0), \"reading\": \($0 &* 2_654_435_761 % 1000)}" }
        let sizes = [1, 5, 10].map { GzipMember.compress(Array(lines.joined().utf8), level: $0).count }
        #expect(sizes == sizes.sorted(by: >) && Set(sizes).count == 3, "\(sizes)")
        #expect(GzipMember.engine.wholeMatch(of: /libdeflate \d+\.\d+/) != nil, "\(GzipMember.engine)")
    }
}
