import Testing
import Zlib

/// Damage and malice: an error, never a crash, a wrong text or unbounded memory.
@Suite(.timeLimit(.minutes(5))) struct GzipDamageTests {
    /// How long the unpacked text is, or why there is none.
    private enum Outcome: Equatable {
        case text([UInt8])
        case failure(GzipError)
    }

    private func outcome(_ packed: [UInt8]) throws -> Outcome {
        do { return .text(try unpack(packed, bufferSize: 4096)) } catch let error as GzipError {
            return .failure(error)
        }
    }

    @Test("a flipped bit is found wherever it matters")
    func flippedBits() throws {
        let text = sample(300)
        let packed = try pack(text)
        for index in packed.indices {
            for bit in 0..<8 {
                var damaged = packed
                damaged[index] ^= 1 << bit
                let outcome = try outcome(damaged)
                // Time, extra flags and system (RFC 1952 §2.3) say nothing about the text; nor does the flag of a text.
                let isHarmless = (4..<10).contains(index) || (index == 3 && bit == 0)
                switch outcome {
                case .text(let unpacked): #expect(isHarmless && unpacked == text, "byte \(index), bit \(bit)")
                case .failure(let error): #expect(!isHarmless, "byte \(index), bit \(bit): \(error)")
                }
            }
        }
    }

    @Test("of a damaged magic number, the remedy is that of a file that is not gzip", arguments: [0, 1])
    func damagedMagicNumber(index: Int) throws {
        var damaged = try pack([1, 2, 3])
        damaged[index] ^= 4
        #expect(try outcome(damaged) == .failure(.notGzip))
    }

    @Test("a second member may be cut or damaged as the first may")
    func damagedSecondMember() throws {
        let first = try pack(sample(100))
        let second = try pack(sample(50))
        for length in 1..<second.count {
            #expect(try outcome(first + second.prefix(length)) == .failure(.truncated), "\(length) bytes")
        }
        var damaged = second
        damaged[second.count - 6] ^= 0x10
        #expect(try outcome(first + damaged) == .failure(.corrupt("incorrect data check")))
    }

    @Test("random bytes behind a header never crash", arguments: 0..<20)
    func noise(seed: Int) throws {
        let header = try pack([]).prefix(10)
        for round in 0..<50 {
            let offset = seed * 50 + round
            let bytes = Array(sample(offset + 200).suffix(200))
            guard case .failure = try outcome(header + bytes) else {
                Issue.record("noise \(offset) was unpacked")
                continue
            }
        }
    }

    @Test("a bomb is unpacked step by step, as far as its reader wants")
    func bomb() async throws {
        // 256 MiB of zeros in a quarter of a megabyte.
        let packed = try await pipe([], through: ["sh", "-c", "head -c 268435456 /dev/zero | gzip -9 -c"])
        #expect(packed.count < 300_000)
        let reader = GzipReader(read: source(of: packed))
        var buffer = [UInt8](repeating: 1, count: 1 << 16)
        var total = 0
        while total < 1 << 22 {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            #expect((1...buffer.count).contains(count))
            total += count
            #expect(reader.bytesWritten == total)
        }
        #expect(reader.bytesRead < 1 << 16, "what is not wanted yet is not unpacked")
        #expect(buffer.allSatisfy { $0 == 0 })
    }

    @Test("megabytes of padding, a byte at a time, are passed over")
    func longPadding() throws {
        let packed = try pack([1, 2]) + [UInt8](repeating: 0, count: 1 << 20)
        let unpacked = try unpack(packed, step: 1)
        #expect(unpacked == [1, 2])
    }
}
