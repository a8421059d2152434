import CZlib

/// A piece of gzip data that was compressed by itself, so that many can be at the same time: as pigz does it, but without
/// looking back into the piece before.
///
/// `GzipMember` puts pieces together. Equal input gives equal bytes.
package struct GzipBlock: Sendable {
    /// Deflate data that ends at a byte; only the last of a member ends the data.
    package let bytes: [UInt8]
    /// Plain bytes.
    package let plainCount: Int
    let crc: UInt

    /// - Parameters:
    ///   - plain: at most 1 GiB; pieces under 128 KiB cost ratio.
    ///   - level: 1 (fast) … 9 (small).
    ///   - isLast: of its member.
    package init(_ plain: [UInt8], level: Int = 6, isLast: Bool = false) {
        precondition(plain.count <= 1 << 30, "zlib counts in 32 bits")
        plainCount = plain.count
        crc = plain.withUnsafeBufferPointer { crc32(crc32(0, nil, 0), $0.baseAddress, UInt32($0.count)) }
        bytes = plain.withUnsafeBufferPointer { Self.deflate($0, level, isLast ? Z_FINISH : Z_SYNC_FLUSH) }
    }

    private static func deflate(_ plain: UnsafeBufferPointer<UInt8>, _ level: Int, _ flush: Int32) -> [UInt8] {
        var stream = z_stream()
        return withUnsafeMutablePointer(to: &stream) { stream in
            precondition(czlib_deflate_raw(stream, Int32(level)) == Z_OK, "zlib cannot allocate its window")
            defer { deflateEnd(stream) }
            // Its bound is for a stream that is finished; a flush adds an empty stored block of 5 bytes.
            let bound = Int(deflateBound(stream, UInt(plain.count))) + 16
            return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                // zlib only reads through next_in; its type lacks the const.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: plain.baseAddress)
                stream.pointee.avail_in = UInt32(plain.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(bound)
                let status = CZlib.deflate(stream, flush)
                precondition(status != Z_STREAM_ERROR && stream.pointee.avail_in == 0, "the bound was too small")
                count = bound - Int(stream.pointee.avail_out)
            }
        }
    }
}

/// The frame around blocks (RFC 1952): `header`, the blocks in the order of `append`, the last of them made with
/// `isLast`, then `trailer`. One member, with neither time nor name.
package struct GzipMember: Sendable {
    /// Deflate, no flags, no time, default compression, unknown system.
    package static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]

    private var crc = UInt(0)
    /// Plain bytes so far.
    package private(set) var plainCount = 0

    package init() {}

    /// Counts a block in.
    package mutating func append(_ block: GzipBlock) {
        crc = crc32_combine(crc, block.crc, block.plainCount)
        plainCount += block.plainCount
    }

    /// Counts in what another one counted, behind the blocks so far.
    package mutating func append(_ other: GzipMember) {
        crc = crc32_combine(crc, other.crc, other.plainCount)
        plainCount += other.plainCount
    }

    /// Checksum and length of what was appended.
    package var trailer: [UInt8] {
        [UInt32(truncatingIfNeeded: crc), UInt32(truncatingIfNeeded: plainCount)].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
    }
}
