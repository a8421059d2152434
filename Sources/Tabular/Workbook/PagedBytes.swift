import Storage

/// Bytes that are written once, from the beginning, and read in many places: on disk, with the pages read last in memory.
final class PagedBytes {
    private static let pageSize = 1 << 16
    private static let pageCount = 32

    private let file: TemporaryFile
    private var pending: [UInt8] = []
    private var pages: [[UInt8]] = Array(repeating: [], count: PagedBytes.pageCount)
    private var numbers: [Int] = Array(repeating: -1, count: PagedBytes.pageCount)
    /// Bytes so far.
    private(set) var count = 0

    /// - Throws: `TemporaryFileError`.
    init() throws {
        file = try TemporaryFile()
    }

    /// - Throws: `TemporaryFileError`.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        pending.append(contentsOf: bytes)
        count += bytes.count
        if pending.count >= Self.pageSize { try flush() }
    }

    /// What was appended can be read from now on.
    func flush() throws {
        try pending.withUnsafeBytes(file.write)
        pending.removeAll(keepingCapacity: true)
    }

    /// Appends a range to a buffer.
    /// - Throws: `TemporaryFileError`.
    func read(_ range: Range<Int>, into target: inout [UInt8]) throws {
        var place = range.lowerBound
        while place < range.upperBound {
            let (number, offset) = place.quotientAndRemainder(dividingBy: Self.pageSize)
            let slot = try load(number)
            let end = min(offset + range.upperBound - place, pages[slot].count)
            target.append(contentsOf: pages[slot][offset..<end])
            place += end - offset
        }
    }

    /// A number of eight bytes, little-endian, at a place that is a multiple of eight.
    func number(at place: Int) throws -> Int {
        let (number, offset) = place.quotientAndRemainder(dividingBy: Self.pageSize)
        let slot = try load(number)
        return pages[slot].withUnsafeBytes { Int(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Int.self)) }
    }

    /// - Returns: where the page is.
    @inline(__always)
    private func load(_ number: Int) throws -> Int {
        let slot = number % Self.pageCount
        if numbers[slot] != number {
            pages[slot] = try file.bytes(at: number * Self.pageSize, count: Self.pageSize)
            numbers[slot] = number
        }
        return slot
    }
}
