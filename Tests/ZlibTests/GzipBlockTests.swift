import TestSupport
import Testing
import Zlib

@Suite(.timeLimit(.minutes(5))) struct GzipBlockTests {
    private static func member(of pieces: [[UInt8]]) -> [UInt8] {
        var member = GzipMember()
        var bytes = GzipMember.header
        for (number, piece) in pieces.enumerated() {
            let block = GzipBlock(piece, isLast: number == pieces.count - 1)
            member.append(block)
            bytes += block.bytes
        }
        return bytes + member.trailer
    }

    private static let pieces: [[UInt8]] = [
        Array(repeating: 0, count: 1 << 20), [], (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
        Array("the end".utf8), [],
    ]

    @Test("Blocks compressed by themselves make one member that gzip and our reader unpack")
    func blocks() async throws {
        let bytes = Self.member(of: Self.pieces)
        let folder = try TemporaryFolder()
        let file = try folder.write(bytes, to: "a.gz")
        let plain = try folder.write(Self.pieces.flatMap { $0 }, to: "a")
        let outcome = try await Subprocess.run(
            "/bin/sh", ["-c", "gzip -t a.gz && gzip -dc a.gz | cmp - a && gzip -l a.gz"], directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try unpack(bytes) == Self.pieces.flatMap { $0 })
        _ = (file, plain)
    }

    @Test("Equal pieces give equal bytes; a random one grows by a few bytes only")
    func determinism() {
        #expect(Self.member(of: Self.pieces) == Self.member(of: Self.pieces))
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(GzipBlock(noise).bytes.count < noise.count + 400)
    }
}
