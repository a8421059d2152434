import CZlib

/// Why gzip data cannot be read.
public enum GzipError: Error, Equatable, CustomStringConvertible {
    /// It ends in the middle.
    case truncated
    /// It is damaged; zlib's reason.
    case corrupt(String)
    /// It does not begin as gzip does.
    case notGzip

    /// The reason and the remedy.
    public var description: String {
        switch self {
        case .truncated: "the compressed data ends too early; transfer the file again"
        case .corrupt(let reason): "the compressed data is damaged (\(reason)); compress and transfer the file again"
        case .notGzip: "the data is not gzip; send it uncompressed or compress it with gzip"
        }
    }
}

/// Decompresses gzip (RFC 1952) as it is read, members one after another, in constant memory.
///
/// A small file can inflate a thousandfold: its user bounds what it takes.
public final class GzipReader {
    private let source: (UnsafeMutableRawBufferPointer) throws -> Int
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    /// zlib keeps a pointer to its stream: it must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isSourceAtEnd = false
    private var isInsideMember = true
    private var hasReadMember = false

    /// - Parameter read: fills the start of a buffer with the next compressed bytes and returns how many; 0 at the end.
    public init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        source = read
        stream.initialize(to: z_stream())
        let status = czlib_inflate_init_gzip(stream)
        precondition(status == Z_OK, "zlib has no memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Whether data begins as gzip does.
    public static func isGzip(prefix: UnsafeRawBufferPointer) -> Bool {
        prefix.starts(with: [0x1F, 0x8B])
    }

    /// Decompresses the next bytes.
    /// - Returns: how many; 0 at the end.
    /// - Throws: `GzipError`, and what the source throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        stream.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(buffer.count)
        while stream.pointee.avail_out > 0 {
            if stream.pointee.avail_in == 0, try !refill() {
                if isInsideMember { throw GzipError.truncated }
                break
            }
            if !isInsideMember, try !beginMember() { break }
            try inflateSome()
        }
        return buffer.count - Int(stream.pointee.avail_out)
    }

    private func refill() throws -> Bool {
        guard !isSourceAtEnd else { return false }
        let count = try source(input)
        isSourceAtEnd = count == 0
        stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_in = UInt32(count)
        return count > 0
    }

    private func inflateSome() throws {
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            isInsideMember = false
            hasReadMember = true
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "unknown"
            throw !hasReadMember && reason == "incorrect header check" ? GzipError.notGzip : .corrupt(reason)
        }
    }

    /// Behind a member stands another one, or zeros up to the end, as tapes have them.
    /// - Returns: false if only zeros were left of the input at hand.
    private func beginMember() throws -> Bool {
        while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
            stream.pointee.next_in += 1
            stream.pointee.avail_in -= 1
        }
        guard stream.pointee.avail_in > 0 else { return try refill() ? try beginMember() : false }
        inflateReset(stream)
        isInsideMember = true
        return true
    }
}
