import CLibzstd

/// Unpacks Zstandard data (RFC 8878) as a stream, in constant memory: a frame that wants a larger window than `windowLog` says is refused.
///
/// Several frames one after the other are unpacked as one text. A few kilobytes can unpack to gigabytes: bounding the output is up to the
/// caller. Not safe to share between threads; useless after an error.
package final class ZstdReader {
    /// 8 MiB: what every reader should have room for (RFC 8878, section 3.1.1.1.2).
    package static let windowLog = 23

    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private let input: UnsafeMutableRawBufferPointer
    private let context: OpaquePointer
    private var available: ZSTD_inBuffer
    private var isInFrame = true
    private var hasMoreOutput = false

    /// - Parameter read: fills the start of a buffer with compressed bytes and returns their number, 0 at the end.
    package init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        guard let context = ZSTD_createDCtx() else { preconditionFailure("zstd cannot allocate its tables") }
        let status = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(Self.windowLog))
        precondition(ZSTD_isError(status) == 0, "zstd does not take a parameter of its own")
        self.read = read
        self.context = context
        input = .allocate(byteCount: 1 << 16, alignment: 16)
        available = ZSTD_inBuffer(src: input.baseAddress, size: 0, pos: 0)
    }

    deinit {
        ZSTD_freeDCtx(context)
        input.deallocate()
    }

    /// Fills the start of the buffer with unpacked bytes and returns their number; 0 only at the end of the data.
    ///
    /// Throws `ZstdError`, or whatever the source of the compressed bytes throws.
    package func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !output.isEmpty else { return 0 }
        while true {
            guard try hasMoreOutput || hasInput() else {
                guard !isInFrame else { throw ZstdError.truncated }
                return 0
            }
            var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let status = ZSTD_decompressStream(context, &room, &available)
            guard ZSTD_isError(status) == 0 else { throw ZstdError.corrupt(String(cString: ZSTD_getErrorName(status))) }
            // 0 only when a frame is at its end and all of it was handed on.
            isInFrame = status != 0
            hasMoreOutput = isInFrame && room.pos == room.size
            if room.pos > 0 { return room.pos }
        }
    }

    private func hasInput() throws -> Bool {
        if available.pos == available.size {
            available.size = try read(input)
            available.pos = 0
        }
        return available.size > 0
    }
}
