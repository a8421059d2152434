import CZlib

/// Compresses a stream into deflate data without a frame (RFC 1951), in constant memory.
///
/// Call `finish` once, at the end. Equal input gives equal bytes. Not safe to share between threads; useless after an error of the sink.
package final class RawDeflater {
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let output: UnsafeMutableRawBufferPointer
    // On the heap because zlib keeps the address of its stream.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameters:
    ///   - level: 1 (fast) … 9 (small).
    ///   - write: takes compressed bytes, valid only during the call.
    package init(level: Int = 6, write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        sink = write
        output = .allocate(byteCount: 1 << 16, alignment: 16)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        precondition(czlib_deflate_raw(stream, Int32(level)) == Z_OK, "zlib cannot allocate its window")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Compresses more bytes, at most 1 GiB at once. Must not follow `finish`. Throws what the sink throws.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try deflate(bytes, flush: Z_NO_FLUSH)
    }

    /// Writes what is still held back. May be called once. Throws what the sink throws.
    package func finish() throws {
        try deflate(.init(start: nil, count: 0), flush: Z_FINISH)
    }

    private func deflate(_ bytes: UnsafeRawBufferPointer, flush: Int32) throws {
        precondition(bytes.count <= 1 << 30, "zlib counts in 32 bits")
        // zlib only reads through next_in; its type lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        repeat {
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            let status = CZlib.deflate(stream, flush)
            precondition(status != Z_STREAM_ERROR, "zlib stream used after its end")
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try sink(.init(rebasing: output[..<count])) }
        } while stream.pointee.avail_out == 0
    }
}
