import Testing
import Zlib

@Suite(.timeLimit(.minutes(5))) struct GzipWriterTests {
    @Test("gzip unpacks what the writer packs, at each level", arguments: [1, 6, 9])
    func intoGzip(level: Int) async throws {
        let text = sample(300_000)
        let isEqual = try await pipe(try pack(text, level: level, step: 10_007), through: ["gzip", "-dc"]) == text
        #expect(isEqual)
    }

    @Test("the reader unpacks what the writer packs", arguments: [0, 1, 65_536, 200_000])
    func roundTrip(count: Int) throws {
        let isEqual = try unpack(pack(sample(count), step: 4096)) == sample(count)
        #expect(isEqual)
    }

    @Test("equal input gives equal bytes: the header holds no time and no name")
    func deterministic() throws {
        let packed = try pack([1, 2, 3])
        #expect(Array(packed[..<8]) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        #expect(try pack([1, 2, 3]) == packed)
    }

    @Test("the counters tell plain and compressed bytes")
    func counters() throws {
        var size = 0
        let writer = GzipWriter { size += $0.count }
        try writer.write(sample(100_000))
        try writer.finish()
        #expect(writer.bytesRead == 100_000)
        #expect(writer.bytesWritten == size)
        #expect(size < 100_000)
    }

    @Test("an error of the sink is thrown")
    func sinkError() throws {
        struct Full: Error {}
        let writer = GzipWriter { _ in throw Full() }
        #expect(throws: Full.self) {
            try writer.write(sample(1_000_000))
            try writer.finish()
        }
    }
}
