import Testing
import Zlib

@Suite(.timeLimit(.minutes(5))) struct GzipReaderTests {
    @Test("what gzip packs is unpacked, however input and output are cut")
    func fromGzip() async throws {
        let text = sample(200_000)
        let packed = try await pipe(text, through: ["gzip", "-9", "-c"])
        for (step, size) in [(Int.max, 1 << 16), (1, 1 << 16), (7, 1000), (5000, 1 << 20), (.max, 1)] {
            let isEqual = try unpack(packed, step: step, bufferSize: size) == text
            #expect(isEqual, "pieces of \(step), buffer of \(size)")
        }
    }

    @Test("each level of gzip is unpacked, and of Python's gzip, the emptiest text too", arguments: [1, 5, 9])
    func levels(level: Int) async throws {
        let python = "import gzip, sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), \(level)))"
        for text in [[], [0x0A], sample(70_000)] {
            for command in [["gzip", "-\(level)", "-c"], ["python3", "-c", python]] {
                let isEqual = try unpack(try await pipe(text, through: command), step: 4096) == text
                #expect(isEqual, "\(text.count) bytes through \(command[0])")
            }
        }
    }

    @Test("files that gzip wrote one behind the other are one text")
    func appendedFiles() async throws {
        let script = "gzip -c; printf second | gzip -1 -c; printf '' | gzip -c; printf third | gzip -9 -c"
        let packed = try await pipe(Array("first,".utf8), through: ["sh", "-c", script])
        for step in [1, 7, 1000] { #expect(try unpack(packed, step: step) == Array("first,secondthird".utf8)) }
    }

    @Test("a header with name, comment and extra field is passed over")
    func fullHeader() async throws {
        let script = """
            import sys, zlib
            data = sys.stdin.buffer.read()
            c = zlib.compressobj(9, zlib.DEFLATED, -15)
            head = b'\\x1f\\x8b\\x08\\x1c' + b'\\1\\2\\3\\4' + b'\\0\\3' + b'\\4\\0abcd' + b'name.csv\\0' + b'comment\\0'
            tail = zlib.crc32(data).to_bytes(4, 'little') + len(data).to_bytes(4, 'little')
            sys.stdout.buffer.write(head + c.compress(data) + c.flush() + tail)
            """
        let packed = try await pipe(Array("a,b\n".utf8), through: ["python3", "-c", script])
        #expect(try unpack(packed, step: 1) == Array("a,b\n".utf8))
    }

    @Test("several members are one text, and empty ones add nothing")
    func members() throws {
        let packed = try pack([]) + pack([1, 2]) + pack([]) + pack([3])
        for step in [1, 2, 1000] { #expect(try unpack(packed, step: step) == [1, 2, 3]) }
        #expect(try unpack(pack([])).isEmpty)
    }

    @Test("zeros after the last member are padding")
    func padding() throws {
        let packed = try pack([1, 2]) + [UInt8](repeating: 0, count: 100_000)
        #expect(try unpack(packed) == [1, 2])
    }

    @Test("other bytes after the last member are an error", arguments: [[1], [0x42, 0x0A], [0, 0, 5]])
    func garbage(tail: [UInt8]) throws {
        let packed = try pack([1, 2]) + tail
        #expect { try unpack(packed) } throws: { error in
            guard case GzipError.corrupt(let reason)? = error as? GzipError else { return false }
            return reason.hasPrefix("other data follows")
        }
    }

    @Test("data cut anywhere is truncated, with no byte at all too")
    func truncated() throws {
        let packed = try pack(sample(500))
        for length in 0..<packed.count {
            #expect(throws: GzipError.truncated, "\(length) bytes") { try unpack(Array(packed.prefix(length))) }
        }
    }

    @Test("a wrong checksum, length or block is damage")
    func corrupt() throws {
        let packed = try pack(sample(500))
        for index in [packed.count - 1, packed.count - 8] {
            var damaged = packed
            damaged[index] ^= 1
            #expect(throws: GzipError.self) { try unpack(damaged) }
        }
        #expect(throws: GzipError.corrupt("invalid block type")) { try unpack(Array(packed[..<10]) + [0xFF] + packed) }
    }

    @Test("data that is not gzip is told apart from damaged gzip", arguments: ["a,b\n", "\u{1F}", "P", "\u{1F}x"])
    func notGzip(text: String) {
        let expected: GzipError = text == "\u{1F}" ? .truncated : .notGzip
        for step in [1, 100] { #expect(throws: expected) { try unpack(Array(text.utf8), step: step) } }
        #expect(!GzipReader.isGzip(prefix: text.utf8))
    }

    @Test("isGzip looks at the first two bytes")
    func prefix() throws {
        #expect(GzipReader.isGzip(prefix: try pack([])))
        #expect(!GzipReader.isGzip(prefix: [0x1F]))
        #expect(!GzipReader.isGzip(prefix: []))
    }

    @Test("the counters tell compressed and unpacked bytes")
    func counters() throws {
        let packed = try pack(sample(5000)) + [0, 0]
        let reader = GzipReader(read: source(of: packed))
        var buffer = [UInt8](repeating: 0, count: 1000)
        while try buffer.withUnsafeMutableBytes({ try reader.read(into: $0) }) > 0 {}
        #expect(reader.bytesRead == packed.count)
        #expect(reader.bytesWritten == 5000)
    }

    @Test("each error says what to do", arguments: [GzipError.truncated, .corrupt("x"), .notGzip])
    func remedies(error: GzipError) {
        #expect(error.description.contains("; "))
        #expect(error.description.contains("send"))
    }
}
