import Glibc

/// The part of the text that is in memory; positions count from the start of the current record.
struct Window {
    /// Blocks of 64 bytes may be read beyond the end.
    private static let padding = 64

    private let memory: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private let chunk: Int
    private var start = 0
    private var end = 0
    /// Bytes of the text before the memory.
    private var discarded = 0
    private var isAtEnd = false

    init(capacity: Int, chunk: Int) {
        self.capacity = capacity
        self.chunk = chunk
        memory = .allocate(capacity: capacity + Self.padding)
        memory.initialize(repeating: 0, count: capacity + Self.padding)
    }

    func deallocate() { memory.deallocate() }

    var base: UnsafePointer<UInt8> { UnsafePointer(memory + start) }
    var count: Int { end - start }
    var isEmpty: Bool { start == end }
    /// Where the record begins in the text.
    var offset: Int { discarded + start }

    func firstIndex(of byte: UInt8, from position: Int) -> Int? {
        guard let found = memchr(memory + start + position, Int32(byte), count - position) else { return nil }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base
    }

    mutating func consume(_ bytes: Int) {
        start += bytes
    }

    /// Reads more; a byte order mark at the very beginning is passed over.
    /// - Returns: false at the end of the text.
    mutating func fill(_ source: (UnsafeMutableRawBufferPointer) throws -> Int) throws -> Bool {
        let isFirst = discarded == 0 && end == 0
        repeat {
            guard try read(source) else { return isFirst && !isEmpty }
        } while isFirst && count < 3
        if isFirst, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { start = 3 }
        return isFirst && isEmpty ? try fill(source) : true
    }

    private mutating func read(_ source: (UnsafeMutableRawBufferPointer) throws -> Int) throws -> Bool {
        guard !isAtEnd else { return false }
        if start > 0 {
            memory.update(from: memory + start, count: count)
            discarded += start
            end -= start
            start = 0
        }
        let room = UnsafeMutableRawBufferPointer(start: memory + end, count: min(chunk, capacity - end))
        let got = try source(room)
        precondition(got <= room.count, "the source wrote beyond its buffer")
        end += got
        isAtEnd = got == 0
        return got > 0
    }
}
