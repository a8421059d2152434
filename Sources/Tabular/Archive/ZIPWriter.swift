import Zlib

/// Writes a ZIP archive (PKWARE's APPNOTE.TXT 6.3.10) as a stream: deflated entries, sizes behind the data, no times, so that equal
/// input gives equal bytes. An entry and the archive have less than 4 GB.
///
/// One entry after the other: `begin`, `write` as often as needed, `end`; then `finish`, once. Useless after an error of the sink.
final class ZIPWriter {
    private struct Entry {
        let name: [UInt8]
        let offset: Int
        var crc = CRC32()
        var packedCount = 0
        var count = 0
    }

    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private var written = 0
    private var entries: [Entry] = []
    private var deflater: RawDeflater?

    /// - Parameter write: takes the bytes of the archive, valid only during the call.
    init(write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        sink = write
    }

    /// Begins an entry. Throws what the sink throws.
    func begin(_ name: String) throws {
        let entry = Entry(name: Array(name.utf8), offset: written)
        entries.append(entry)
        try put(Array("PK\u{3}\u{4}".utf8) + Self.common(entry) + Self.bytes(0, 2) + entry.name)
        deflater = RawDeflater { [unowned self] bytes in
            entries[entries.count - 1].packedCount += bytes.count
            try put(bytes)
        }
    }

    /// Writes a part of the entry. Throws what the sink throws.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        entries[entries.count - 1].crc.update(bytes)
        entries[entries.count - 1].count += bytes.count
        try deflater?.write(bytes)
    }

    /// Ends the entry. Throws what the sink throws.
    func end() throws {
        try deflater?.finish()
        deflater = nil
        try put(Array("PK\u{7}\u{8}".utf8) + Self.sizes(entries[entries.count - 1]))
    }

    /// An entry by itself. Throws what the sink throws.
    func add(_ name: String, _ text: String) throws {
        try begin(name)
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
        try end()
    }

    /// Writes the directory. Throws what the sink throws.
    func finish() throws {
        let start = written
        for entry in entries {
            let sizes = Self.sizes(entry) + Self.bytes(entry.name.count, 2)
            // Each with its type, or the compiler tries many sums of sequences.
            let head: [UInt8] = Array("PK\u{1}\u{2}".utf8) + Self.bytes(20, 2) + Array(Self.common(entry).prefix(10))
            let place: [UInt8] = Self.bytes(0, 12) + Self.bytes(entry.offset, 4)
            try put(head + sizes + place + entry.name)
        }
        let counts = Self.bytes(entries.count, 2) + Self.bytes(entries.count, 2)
        try put(
            Array("PK\u{5}\u{6}".utf8) + Self.bytes(0, 4) + counts + Self.bytes(written - start, 4)
                + Self.bytes(start, 4) + Self.bytes(0, 2))
    }

    /// Version 2.0; sizes follow the data, the name is UTF-8; deflate; the first day that can be said; no sizes yet; length of the name.
    private static func common(_ entry: Entry) -> [UInt8] {
        bytes(20, 2) + bytes(0x0808, 2) + bytes(8, 2) + bytes(0, 2) + bytes(0x21, 2) + bytes(0, 12)
            + bytes(entry.name.count, 2)
    }

    private static func sizes(_ entry: Entry) -> [UInt8] {
        bytes(Int(entry.crc.value), 4) + bytes(entry.packedCount, 4) + bytes(entry.count, 4)
    }

    private static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private func put(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes(put)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        written += bytes.count
        guard written <= UInt32.max else { throw ZIPError("it would have more than 4 GB") }
        try sink(bytes)
    }
}
