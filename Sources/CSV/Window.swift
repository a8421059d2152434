import CSIMD

/// The part of the text that is in memory; positions count from the start of the current record.
struct Window {
    /// Blocks of 64 bytes may be read beyond the end.
    private static let padding = 64

    private let memory: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private let chunk: Int
    var start = 0
    private(set) var end = 0
    /// Bytes of the text before the memory.
    private(set) var discarded = 0
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

    subscript(position: Int) -> UInt8 { memory[start + position] }

    func firstIndex(of byte: UInt8, from position: Int) -> Int? {
        var index = position
        while index < count {
            var mask = csimd_equal(memory + start + index, byte, byte, byte)
            if count - index < 64 { mask &= (1 << UInt64(count - index)) - 1 }
            if mask != 0 { return index + mask.trailingZeroBitCount }
            index += 64
        }
        return nil
    }

    /// - Returns: false at the end of the text.
    mutating func fill(_ source: (UnsafeMutableRawBufferPointer) throws -> Int) throws -> Bool {
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

/// The places of quotes, separators and line ends ahead, found 64 bytes at a time.
struct Scan {
    private let separator: UInt8
    private let terminator: UInt8
    /// Bits of the current block that were not given out yet.
    private var mask: UInt64 = 0
    /// The current block and the first byte behind it, from the start of the current record.
    private var block = 0
    private var blockEnd = 0

    init(separator: UInt8, terminator: UInt8) {
        self.separator = separator
        self.terminator = terminator
    }

    /// The next place; nil if there is none in the window as it is now.
    mutating func next(_ window: Window) -> Int? {
        while mask == 0 {
            guard blockEnd < window.count else { return nil }
            block = blockEnd
            blockEnd = min(block + 64, window.count)
            mask = csimd_equal(window.base + block, quote, separator, terminator)
            if blockEnd - block < 64 { mask &= (1 << UInt64(blockEnd - block)) - 1 }
        }
        let position = block + mask.trailingZeroBitCount
        mask &= mask - 1
        return position
    }

    /// The record that was being scanned is done: positions count from the next one.
    mutating func advance(by consumed: Int) {
        block -= consumed
        blockEnd -= consumed
    }

    /// Forgets what is ahead, because it was found with quotes that did not count.
    mutating func restart() {
        mask = 0
        blockEnd = 0
    }
}

/// Ends of the fields of the current record.
struct FieldTable {
    private(set) var ends: UnsafeMutablePointer<UInt32>
    private(set) var count = 0
    private var capacity = 64
    /// Whether the field that is being read holds doubled quotes.
    var hasEscapes = false

    init() {
        ends = .allocate(capacity: capacity)
    }

    func deallocate() { ends.deallocate() }

    /// Where the field that is being read begins.
    var lastStart: Int { count == 0 ? 0 : Int(ends[count - 1] & ~escapeFlag) + 1 }

    mutating func removeAll() {
        count = 0
        hasEscapes = false
    }

    mutating func append(end: Int) {
        if count == capacity { grow() }
        ends[count] = UInt32(end) | (hasEscapes ? escapeFlag : 0)
        count += 1
        hasEscapes = false
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
        larger.update(from: ends, count: count)
        ends.deallocate()
        ends = larger
        capacity *= 2
    }
}
