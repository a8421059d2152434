import CSIMD

/// Where the bytes of the input come from.
enum InputSource {
    /// One after the other: fills the start of a buffer and returns the number of bytes, 0 at the end.
    case stream((UnsafeMutableRawBufferPointer) throws -> Int)
    /// From an offset, so many, fewer only where the input ends; valid until it is asked again.
    case windows((Int, Int) throws -> UnsafeRawBufferPointer)
}

/// The bytes read but not yet consumed. Freed by its owner.
///
/// Its memory is large enough for the longest record; what is left of a record moves to the front before more is read behind
/// it, so that a short record keeps the reading in the same, cached memory. Windows are looked at where they are, and only the end of the input,
/// to which a line end may have to be added, is copied.
struct InputBuffer {
    /// Offset in the input of the first byte not consumed.
    private(set) var offset = 0
    /// Bytes not consumed, with the line end added for a last line that has none.
    private(set) var available = 0
    /// Whether the input ends with these bytes.
    private(set) var isLast = false

    private let memory: UnsafeMutableRawPointer
    private let capacity: Int
    private let readSize: Int
    private let lineEnd: UInt8
    /// Of the memory or a window.
    private var base: UnsafeRawPointer
    private var start = 0
    /// Bytes read from the input in all.
    private var total = 0

    /// Room for a scanner that looks at whole blocks, the added line end included.
    private static let padding = 128

    /// - Parameter isStream: whether so much is read into its memory, instead of the end alone.
    init(format: CSVFormat, readSize: Int, isStream: Bool) {
        precondition(readSize > 0 && format.maximumRecordBytes > 0, "sizes must be positive")
        self.readSize = readSize
        lineEnd = format.lineEndByte
        // A scanner decides that a record is too long one block after its limit and CRLF.
        capacity = max(isStream ? readSize : 0, format.maximumRecordBytes + 2 + 64)
        memory = .allocate(byteCount: capacity + 2 * Self.padding, alignment: 64)
        base = UnsafeRawPointer(memory)
    }

    func deallocate() { memory.deallocate() }

    /// The first byte not consumed; 63 bytes after the available ones are readable.
    var bytes: UnsafeRawPointer { base + start }
    /// Offset of the next byte, at most the length of the input.
    var consumed: Int { min(offset, total) }

    @inline(__always)
    mutating func consume(_ count: Int) {
        start &+= count
        offset &+= count
        available &-= count
    }

    /// Place of the first line end from a place on, both counted from the first byte not consumed.
    func lineEnd(from place: Int, within window: Int) -> Int? {
        let count = min(available, window) - place
        guard count > 0 else { return nil }
        let found = csimd_find(bytes + place, count, lineEnd)
        return found < 0 ? nil : place + found
    }

    /// Reads once. Must not be called with the window of a record full, nor after the last byte.
    mutating func fill(from source: InputSource) throws {
        switch source {
        case .stream(let read): try fill(from: read)
        case .windows(let window): try fill(from: window)
        }
    }

    private mutating func fill(from read: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
        if start > 0 {
            memory.copyMemory(from: memory + start, byteCount: available)
            start = 0
        }
        let room = min(readSize, capacity - available)
        let count = try read(UnsafeMutableRawBufferPointer(start: memory + available, count: room))
        precondition(count >= 0 && count <= room, "the source of the CSV returned a wrong count")
        total += count
        available += count
        if count == 0 { endInput() }
    }

    private mutating func fill(from window: (Int, Int) throws -> UnsafeRawBufferPointer) throws {
        let most = capacity + Self.padding
        // To a multiple of the size: what maps a file gives as few and as large pages as the kernel has.
        let wanted = (offset + most + Self.padding).roundedUp(to: readSize) - offset
        let bytes = try window(offset, wanted)
        precondition(bytes.count <= wanted, "the source of the CSV returned a wrong count")
        start = 0
        if let first = bytes.baseAddress, bytes.count > most {
            (base, available) = (first, bytes.count - Self.padding)
            total = offset + available
        } else {
            // As in a stream, the end shows when nothing more comes: a byte order mark is passed over by then, and is no line without its end.
            let isEnd = offset + bytes.count == total
            if let first = bytes.baseAddress { memory.copyMemory(from: first, byteCount: bytes.count) }
            (base, available) = (UnsafeRawPointer(memory), bytes.count)
            total = offset + available
            if isEnd { endInput() }
        }
    }

    private mutating func endInput() {
        isLast = true
        (memory + available).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
        guard available > 0, memory.load(fromByteOffset: available - 1, as: UInt8.self) != lineEnd else { return }
        memory.storeBytes(of: lineEnd, toByteOffset: available, as: UInt8.self)
        available += 1
    }
}

extension Int {
    fileprivate func roundedUp(to multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}
