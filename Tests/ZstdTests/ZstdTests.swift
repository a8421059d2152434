import Foundation
import TestSupport
import Testing
import Zstd

@Suite(.timeLimit(.minutes(5))) struct ZstdTests {
    private static let pieces: [[UInt8]] = [
        Array(repeating: 0, count: 1 << 20), [], (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
        Array("the end".utf8), [],
    ]

    private static func unpacked(_ bytes: [UInt8], piece: Int = 1 << 16, room: Int = 1 << 16) throws -> [UInt8] {
        var rest = bytes[...]
        let reader = ZstdReader { buffer in
            let part = rest.prefix(min(piece, buffer.count))
            buffer.copyBytes(from: part)
            rest = rest.dropFirst(part.count)
            return part.count
        }
        var output: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try reader.read(into: buffer), count > 0 { output += buffer[..<count] }
        return output
    }

    @Test("Frames one behind the other are one file to zstd, libarchive and ourselves", arguments: [1, 3, 19])
    func frames(level: Int) async throws {
        let bytes = Self.pieces.flatMap { ZstdFrame.compress($0, level: level) }
        let plain = Self.pieces.flatMap { $0 }
        for (piece, room) in [(1 << 16, 1 << 18), (1, 1 << 16), (7, 100_000)] {
            let isSame = try Self.unpacked(bytes, piece: piece, room: room) == plain
            #expect(isSame, "in pieces of \(piece) into \(room)")
        }
        let folder = try TemporaryFolder()
        _ = try folder.write(bytes, to: "a.zst")
        _ = try folder.write(plain, to: "a")
        for reader in ["zstd -q -t a.zst && zstd -q -dc a.zst", "bsdcat a.zst", "zstd -q -dc --memory=2MB a.zst"]
        where level < 19 {
            let outcome = try await Subprocess.run(
                "/bin/bash", ["-c", "set -o pipefail; { \(reader); } | cmp - a"], directory: folder.path)
            #expect(outcome.status == 0, "\(reader): \(outcome.error)")
        }
    }

    @Test("A small buffer gets all, and the end of a frame that fills it is the end")
    func boundaries() throws {
        let plain = [UInt8](repeating: 7, count: 4096)
        for room in [1, 4095, 4096, 4097] {
            let isSame = try Self.unpacked(ZstdFrame.compress(plain, level: 3), room: room) == plain
            #expect(isSame, "\(room)")
            let isTwice =
                try Self.unpacked(ZstdFrame.compress(plain, level: 3) + ZstdFrame.compress(plain, level: 3), room: room)
                == plain + plain
            #expect(isTwice, "\(room)")
        }
    }

    @Test("Equal pieces give equal bytes; the engine says its version")
    func determinism() {
        for piece in Self.pieces {
            #expect(ZstdFrame.compress(piece, level: 3) == ZstdFrame.compress(piece, level: 3))
        }
        #expect(ZstdFrame.engine.wholeMatch(of: /zstd \d+\.\d+\.\d+/) != nil, "\(ZstdFrame.engine)")
    }

    @Test("What is cut, damaged, empty or something else is an error, wherever")
    func damage() throws {
        let plain = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
        let bytes = ZstdFrame.compress(plain, level: 3)
        for count in [0, 1, 4, 9, bytes.count / 2, bytes.count - 1] {
            #expect(throws: ZstdError.truncated) { try Self.unpacked(Array(bytes.prefix(count))) }
            guard count > 0 else { continue }
            #expect(throws: ZstdError.truncated) { try Self.unpacked(bytes + bytes.prefix(count)) }
        }
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 50)) {
            var wrong = bytes
            wrong[place] ^= 0x55
            #expect(throws: ZstdError.self) { try Self.unpacked(wrong) }
        }
        #expect(throws: ZstdError.self) { try Self.unpacked(Array("plain text, and not little of it".utf8)) }
        #expect(throws: ZstdError.self) { try Self.unpacked(bytes + [0, 0, 0, 0, 0, 0, 0, 0]) }
    }

    @Test("A frame that wants a window of 64 MiB is refused before memory is taken for it")
    func window() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Subprocess.run(
            "/bin/bash", ["-c", "head -c 70000000 /dev/zero | zstd -q --long=26 -o a.zst"], directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.error)")
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("a.zst"))))
        let error = #expect(throws: ZstdError.self) { try Self.unpacked(bytes) }
        #expect(error?.description.contains("memory") == true, "\(error as Any)")
    }
}
