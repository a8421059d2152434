import Storage
import Zlib

/// Unpacks one entry of a ZIP archive as a stream, and compares length and checksum with the directory at its end.
final class ZIPEntryReader {
    private let entry: ZIPEntry
    private let budget: InflationBudget
    private let source: (UnsafeMutableRawBufferPointer) throws -> Int
    private var crc = CRC32()
    private var count = 0

    /// - Throws: `ZIPError` if it is encrypted, packed in an unusual way, or not where it should be; errors of the file.
    init(_ entry: ZIPEntry, of file: TemporaryFile, budget: InflationBudget) throws {
        self.entry = entry
        self.budget = budget
        guard !entry.isEncrypted else { throw ZIPError("'\(entry.name)' is encrypted") }
        let packed = try Self.packed(entry, file)
        switch entry.method {
        case 0: source = packed
        case 8: source = RawInflater(read: packed).read
        default: throw ZIPError("'\(entry.name)' is compressed by method \(entry.method), not by deflate")
        }
    }

    /// Fills the start of a buffer and returns the number of bytes, 0 at the end.
    /// - Throws: `ZIPError`; `FileFailure.tooLarge`; errors of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        do {
            let got = try source(buffer)
            try budget.take(got)
            count += got
            crc.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(got)))
            if got == 0, count != entry.count || crc.value != entry.crc {
                throw ZIPError("'\(entry.name)' is not as long as it should be, or its checksum differs")
            }
            return got
        } catch let error as DeflateError {
            throw ZIPError("'\(entry.name)': \(error)")
        }
    }

    /// All of a short entry.
    /// - Throws: `ZIPError` if it is longer.
    func all(atMost limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 16)
        defer { chunk.deallocate() }
        while case let got = try read(into: chunk), got > 0 {
            bytes.append(contentsOf: chunk.prefix(got))
            guard bytes.count <= limit else { throw ZIPError("'\(entry.name)' is longer than \(limit) bytes") }
        }
        return bytes
    }

    /// The bytes behind the local header (4.3.7), whose name and extra field may differ from the directory's in length.
    private static func packed(
        _ entry: ZIPEntry, _ file: TemporaryFile
    ) throws -> (UnsafeMutableRawBufferPointer) throws -> Int {
        guard entry.offset <= file.byteCount - 30 else { throw ZIPError("'\(entry.name)' is not where it should be") }
        var fields = ZIPFields(try file.bytes(at: entry.offset, count: 30))
        guard try fields.bytes(4).elementsEqual(Array("PK\u{3}\u{4}".utf8)) else {
            throw ZIPError("'\(entry.name)' is not where it should be")
        }
        try fields.skip(22)
        var place = entry.offset + 30 + (try fields.number(2)) + (try fields.number(2))
        guard place <= file.byteCount, entry.packedCount <= file.byteCount - place else {
            throw ZIPError("'\(entry.name)' ends too early")
        }
        let end = place + entry.packedCount
        return { buffer in
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(end - place))
            guard !room.isEmpty else { return 0 }
            let got = try file.read(at: place, into: room)
            place += got
            return got
        }
    }
}
