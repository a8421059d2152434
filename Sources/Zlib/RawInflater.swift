import CZlib

/// Unpacks deflate data without a frame (RFC 1951) as a stream, in constant memory.
///
/// Bounding the output is up to the caller, and so is its checksum. Not safe to share between threads; useless after an error.
package final class RawInflater {
    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private let input: UnsafeMutableRawBufferPointer
    // On the heap because zlib keeps the address of its stream.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false

    /// - Parameter read: fills the start of a buffer with compressed bytes and returns their number, 0 at the end.
    package init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.read = read
        input = .allocate(byteCount: 1 << 16, alignment: 16)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        precondition(czlib_inflate_raw(stream) == Z_OK, "zlib cannot allocate its window")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Fills the start of the buffer with unpacked bytes and returns their number; 0 only at the end of the data.
    ///
    /// Throws `DeflateError`, or whatever the source of the compressed bytes throws.
    package func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        while !isFinished, !output.isEmpty {
            if stream.pointee.avail_in == 0 { try fill() }
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(clamping: output.count)
            let room = stream.pointee.avail_out
            let status = inflate(stream, Z_NO_FLUSH)
            switch status {
            case Z_STREAM_END: isFinished = true
            case Z_OK, Z_BUF_ERROR: break
            default:
                throw DeflateError.corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
            }
            let count = Int(room - stream.pointee.avail_out)
            if count > 0 { return count }
        }
        return 0
    }

    private func fill() throws {
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(try read(input))
        guard stream.pointee.avail_in > 0 else { throw DeflateError.truncated }
    }
}
