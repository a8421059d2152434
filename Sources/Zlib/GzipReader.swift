import CZlib

/// Unpacks gzip data (RFC 1952) as a stream, in constant memory.
///
/// Several members one after the other are unpacked as one text, and zeros after the last one (tape padding) are ignored.
/// A few kilobytes can unpack to gigabytes: bounding the output is up to the caller, who has `bytesRead` and
/// `bytesWritten` for it. Not safe to share between threads; useless after an error.
package final class GzipReader {
    /// Compressed bytes used so far.
    package private(set) var bytesRead = 0
    /// Unpacked bytes returned so far.
    package private(set) var bytesWritten = 0

    private enum Position { case start, member, betweenMembers, padding, end }

    private var position = Position.start
    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private let input: UnsafeMutableRawBufferPointer
    // On the heap because zlib keeps the address of its stream.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter read: fills the start of a buffer with compressed bytes and returns their number, 0 at the end.
    package init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.read = read
        input = .allocate(byteCount: 1 << 16, alignment: 16)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        precondition(czlib_inflate_gzip(stream) == Z_OK, "zlib cannot allocate its window")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Whether data that starts with these bytes claims to be gzip.
    package static func isGzip(prefix: some Collection<UInt8>) -> Bool {
        prefix.prefix(2).elementsEqual([0x1f, 0x8b])
    }

    /// Fills the start of the buffer with unpacked bytes and returns their number; 0 only at the end of the data.
    ///
    /// Throws `GzipError`, or whatever the source of the compressed bytes throws.
    package func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !output.isEmpty else { return 0 }
        while true {
            guard try hasInput() else { return try endOfInput() }
            switch position {
            case .start: try beginFirstMember()
            case .member:
                let count = try inflateMember(into: output)
                if count > 0 { return count }
            case .betweenMembers: try beginNextMember()
            case .padding: try skipPadding()
            case .end: return 0
            }
        }
    }
}

// MARK: - Members
extension GzipReader {
    /// A wrong first byte is told apart from damage further on, so that a plain CSV named `.gz` gets the right remedy.
    private func beginFirstMember() throws {
        if stream.pointee.avail_in == 1 {
            // The magic number may be cut by a short read: wait for its second byte, or for the end.
            let more = try read(.init(rebasing: input[1...]))
            stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_in = UInt32(1 + more)
        }
        let available = input.prefix(Int(stream.pointee.avail_in))
        guard available.count < 2 ? available[0] == 0x1f : Self.isGzip(prefix: available) else {
            throw GzipError.notGzip
        }
        position = .member
    }

    private func inflateMember(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        let before = stream.pointee.avail_in
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: output.count)
        let room = stream.pointee.avail_out
        let status = inflate(stream, Z_NO_FLUSH)
        bytesRead += Int(before - stream.pointee.avail_in)
        let count = Int(room - stream.pointee.avail_out)
        bytesWritten += count
        switch status {
        case Z_STREAM_END: position = .betweenMembers
        case Z_OK, Z_BUF_ERROR: break
        default: throw GzipError.corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
        }
        return count
    }

    private func beginNextMember() throws {
        switch stream.pointee.next_in.pointee {
        case 0: position = .padding
        case 0x1f:
            inflateReset(stream)
            position = .member
        default: throw GzipError.corrupt("other data follows the end of the compressed data")
        }
    }

    private func skipPadding() throws {
        let rest = UnsafeBufferPointer(start: stream.pointee.next_in, count: Int(stream.pointee.avail_in))
        guard rest.allSatisfy({ $0 == 0 }) else {
            throw GzipError.corrupt("other data follows the zeros after the compressed data")
        }
        bytesRead += rest.count
        stream.pointee.avail_in = 0
    }
}

// MARK: - Input
extension GzipReader {
    private func hasInput() throws -> Bool {
        if position == .end { return false }
        if stream.pointee.avail_in > 0 { return true }
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(try read(input))
        return stream.pointee.avail_in > 0
    }

    private func endOfInput() throws -> Int {
        if position == .start || position == .member { throw GzipError.truncated }
        position = .end
        return 0
    }
}
