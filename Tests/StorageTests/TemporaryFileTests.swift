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
}
