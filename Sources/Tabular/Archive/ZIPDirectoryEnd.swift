import Storage

/// Where the central directory of a ZIP archive is.
struct ZIPDirectoryEnd {
    /// A directory is read whole.
    private static let longestDirectory = 16 << 20

    let count: Int
    let size: Int
    /// In the file.
    let offset: Int
    /// What all places of the archive have to be moved by: bytes that stand before it.
    let shift: Int

    /// Reads the end record (APPNOTE.TXT, 4.3.16), and that of ZIP64 (4.3.14) where there is one.
    /// - Throws: `ZIPError`; errors of the file.
    init(_ file: TemporaryFile) throws {
        // A comment of up to 65,535 bytes may follow.
        let start = max(0, file.byteCount - 22 - 0xFFFF)
        let tail = try file.bytes(at: start, count: file.byteCount - start)
        guard let place = Self.find(tail) else { throw ZIPError("it ends too early, or it is no ZIP archive") }
        var fields = ZIPFields(Array(tail[place...]))
        try fields.skip(8)
        let short = (onDisk: try fields.number(2), count: try fields.number(2))
        guard short.onDisk == short.count else { throw ZIPError("it has several parts") }
        var found = (count: short.count, size: try fields.number(4), offset: try fields.number(4))
        var end = start + place
        if found.count == 0xFFFF || found.size == 0xFFFF_FFFF || found.offset == 0xFFFF_FFFF,
            let wide = try Self.wide(file, before: end)
        {
            (found, end) = (wide.found, wide.place)
        }
        guard found.size <= Self.longestDirectory else { throw ZIPError("its directory is larger than 16 MB") }
        guard found.size <= end, found.offset <= end - found.size else {
            throw ZIPError("its directory is not where it should be")
        }
        (count, size, offset) = (found.count, found.size, end - found.size)
        shift = offset - found.offset
    }

    /// The last record whose comment ends with the file; else the last one.
    private static func find(_ tail: [UInt8]) -> Int? {
        guard tail.count >= 22 else { return nil }
        let mark = Array("PK\u{5}\u{6}".utf8)
        let places = (0...(tail.count - 22)).reversed().filter { tail[$0] == mark[0] && tail[$0...].starts(with: mark) }
        return places.first { place in place + 22 + Int(tail[place + 20]) + Int(tail[place + 21]) << 8 == tail.count }
            ?? places.first
    }

    /// The record that the locator just before the end record leads to.
    private static func wide(
        _ file: TemporaryFile, before end: Int
    ) throws -> (found: (count: Int, size: Int, offset: Int), place: Int)? {
        guard end >= 20 else { return nil }
        var locator = ZIPFields(try file.bytes(at: end - 20, count: 20))
        guard try locator.bytes(4).elementsEqual(Array("PK\u{6}\u{7}".utf8)) else { return nil }
        try locator.skip(4)
        let place = try locator.number(8)
        guard place <= end - 20 - 56 else { throw ZIPError("its directory is not where it should be") }
        var fields = ZIPFields(try file.bytes(at: place, count: 56))
        guard try fields.bytes(4).elementsEqual(Array("PK\u{6}\u{6}".utf8)) else {
            throw ZIPError("its directory is damaged")
        }
        try fields.skip(28)
        return ((try fields.number(8), try fields.number(8), try fields.number(8)), place)
    }
}
