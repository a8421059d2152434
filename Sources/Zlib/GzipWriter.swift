import CZlib

/// Compresses a stream into one gzip member (RFC 1952), in constant memory.
///
/// The header holds no time and no name, so that equal input gives equal bytes. Call `finish` once, at the end: without
/// it the data is truncated. Not safe to share between threads; useless after an error of the sink.
package final class GzipWriter {
    /// Plain bytes taken so far.
    package private(set) var bytesRead = 0
    /// Compressed bytes handed to the sink so far.
    package private(set) var bytesWritten = 0

    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let output: UnsafeMutableRawBufferPointer
    // On the heap because zlib keeps the address of its stream.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false

    /// - Parameters:
    ///   - level: 1 (fast) … 9 (small).
    ///   - write: takes compressed bytes, valid only during the call.
    package init(level: Int = 6, write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        precondition((1...9).contains(level), "gzip level \(level) is not in 1…9")
        sink = write
        output = .allocate(byteCount: 1 << 16, alignment: 16)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        precondition(czlib_deflate_gzip(stream, Int32(level)) == Z_OK, "zlib cannot allocate its window")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Compresses more bytes. Must not follow `finish`. Throws what the sink throws.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(!isFinished, "GzipWriter.write after finish")
        var rest = bytes[...]
        while !rest.isEmpty {
            // zlib counts in 32 bits.
            let part = rest.prefix(1 << 30)
            try deflate(.init(rebasing: part), flush: Z_NO_FLUSH)
            rest = rest.dropFirst(part.count)
        }
    }

    /// Compresses more bytes. Must not follow `finish`. Throws what the sink throws.
    package func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes(write)
    }

    /// Writes what is still held back and the trailer. May be called once. Throws what the sink throws.
    package func finish() throws {
        precondition(!isFinished, "GzipWriter.finish called twice")
        isFinished = true
        try deflate(.init(start: nil, count: 0), flush: Z_FINISH)
    }

    private func deflate(_ bytes: UnsafeRawBufferPointer, flush: Int32) throws {
        // zlib only reads through next_in; its type lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        bytesRead += bytes.count
        repeat {
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            let status = CZlib.deflate(stream, flush)
            precondition(status != Z_STREAM_ERROR, "zlib stream used after its end")
            let count = output.count - Int(stream.pointee.avail_out)
            bytesWritten += count
            if count > 0 { try sink(.init(rebasing: output[..<count])) }
        } while stream.pointee.avail_out == 0
    }
}
