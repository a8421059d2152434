/// Bytes of which the first were looked at before.
final class PeekedBytes {
    private let source: (UnsafeMutableRawBufferPointer) throws -> Int
    private var peeked: [UInt8] = []
    private var place = 0

    init(_ source: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.source = source
    }

    /// The first bytes, up to a count; they come again when they are read. To be called before `read`.
    func peek(_ count: Int) throws -> [UInt8] {
        peeked = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try UnsafeMutableRawBufferPointer(buffer).fill(from: source)
        }
        return peeked
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard place < peeked.count else {
            peeked = []
            return try source(buffer)
        }
        let taken = min(buffer.count, peeked.count - place)
        buffer.copyBytes(from: peeked[place..<(place + taken)])
        place += taken
        return taken
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Reads until the buffer is full or the source ends.
    func fill(from read: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows -> Int {
        var filled = 0
        while filled < count {
            let got = try read(UnsafeMutableRawBufferPointer(rebasing: self[filled...]))
            if got == 0 { break }
            filled += got
        }
        return filled
    }
}
