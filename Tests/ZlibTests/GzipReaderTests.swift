import Foundation
import TestSupport
import Testing
import Zlib

@Suite struct GzipReaderTests {
    private func compressed(_ bytes: [UInt8], level: Int = 6) async throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let file = try folder.write(bytes, to: "file")
        let outcome = try await Subprocess.run("/bin/gzip", ["-kfn\(level)", file])
        #expect(outcome.status == 0)
        return Array(try Data(contentsOf: URL(fileURLWithPath: file + ".gz")))
    }

    private func inflated(_ bytes: [UInt8], chunk: Int = .max, output: Int = 4096) throws -> [UInt8] {
        var position = 0
        let reader = GzipReader { buffer in
            let count = min(buffer.count, bytes.count - position, chunk)
            buffer.copyBytes(from: bytes[position..<(position + count)])
            position += count
            return count
        }
        var result: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: output, alignment: 1)
        defer { buffer.deallocate() }
        while case let count = try reader.read(into: buffer), count > 0 { result += buffer.prefix(count) }
        return result
    }

    private static let text = Array((0..<3000).map { "line \($0 % 17)\n" }.joined().utf8)

    @Test("What gzip wrote is read back, at every level, in pieces of any size", arguments: [1, 6, 9])
    func roundTrip(level: Int) async throws {
        let bytes = try await compressed(Self.text, level: level)
        for (chunk, output) in [(1, 7), (100, 4096), (.max, 1 << 20)] {
            #expect(try inflated(bytes, chunk: chunk, output: output) == Self.text)
        }
        #expect(try inflated(try await compressed([])) == [])
    }

    @Test("Members follow each other, zeros at the end are padding, anything else is not")
    func members() async throws {
        let one = try await compressed(Self.text)
        let two = try await compressed(Array("second".utf8))
        for chunk in [1, .max] {
            #expect(try inflated(one + two, chunk: chunk) == Self.text + Array("second".utf8))
            #expect(try inflated(one + [UInt8](repeating: 0, count: 70_000), chunk: chunk) == Self.text)
            #expect(throws: GzipError.self) { try inflated(one + Array("garbage".utf8), chunk: chunk) }
        }
    }

    @Test("Cut at any byte it is truncated, with one bit turned it is never read as something else")
    func damaged() async throws {
        let small = Array("a short text, a short text".utf8)
        let bytes = try await compressed(small)
        for end in 0..<bytes.count {
            #expect(throws: GzipError.truncated) { try inflated(Array(bytes[..<end])) }
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            // The time, the flags and the system in the header are not covered by the checksum.
            let result = try? inflated(damaged)  // because an error is as good
            #expect(result == nil || result == small, "byte \(index)")
        }
    }

    @Test("What is no gzip is called that")
    func notGzip() throws {
        #expect(throws: GzipError.notGzip) { try inflated(Array("plain text".utf8)) }
        #expect(!Array("plain".utf8).withUnsafeBytes { GzipReader.isGzip(prefix: $0) })
    }
}
