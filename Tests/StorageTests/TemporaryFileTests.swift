import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct TemporaryFileTests {
    @Test("A gap takes no room, its end is filled last, and what begins there is stored as an object")
    func gap() async throws {
        let file = try TemporaryFile(gap: 1 << 32)
        try Array("the rest".utf8).withUnsafeBytes(file.write)
        let offset = try Array("begin, ".utf8).withUnsafeBytes(file.fillGap)
        #expect(offset == 1 << 32 - 7 && file.byteCount == 8)
        var read: [UInt8] = []
        try file.forEachPiece(from: offset) { read += $0 }
        #expect(String(decoding: read, as: UTF8.self) == "begin, the rest")
        var status = stat()
        #expect(stat(file.path, &status) == 0 && status.st_blocks * 512 <= 1 << 16)
        let folder = try TemporaryFolder()
        let store = FileObjectStore(root: URL(fileURLWithPath: folder.path))
        try await store.put("a/b", contentsOf: file.path, from: offset)
        #expect(try String(contentsOfFile: folder.file("a/b"), encoding: .utf8) == "begin, the rest")
        withExtendedLifetime(file) {}
    }

    @Test("A window shows what is in the file at any place, to its end and no further", arguments: [true, false])
    func window(maps: Bool) throws {
        let file = try TemporaryFile()
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try bytes.withUnsafeBytes(file.write)
        let window = FileWindow(file, maps: maps)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let offset = Int.random(in: 0...bytes.count, using: &generator)
            let count = Int.random(in: 1...(bytes.count / 2), using: &generator)
            let isSame = try window.bytes(at: offset, count: count)
                .elementsEqual(bytes[offset..<min(bytes.count, offset + count)])
            #expect(isSame, "\(count) bytes at \(offset)")
        }
        #expect(try window.bytes(at: bytes.count, count: 10).isEmpty)
    }
}
