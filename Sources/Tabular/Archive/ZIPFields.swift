import Text

/// Takes the little-endian fields of a ZIP archive one after the other.
struct ZIPFields {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// - Throws: `ZIPError` if there are fewer bytes.
    mutating func bytes(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw ZIPError("its directory ends too early") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func number(_ size: Int) throws -> Int {
        let bytes = try bytes(size)
        let number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: number) else { throw ZIPError("a size in its directory is impossible") }
        return value
    }

    mutating func skip(_ count: Int) throws { _ = try bytes(count) }

    /// A header of the central directory (4.3.12).
    /// - Parameter shift: of all places, where something stands before the archive.
    mutating func entry(shiftedBy shift: Int) throws -> ZIPEntry {
        guard try bytes(4).elementsEqual(Array("PK\u{1}\u{2}".utf8)) else { throw ZIPError("its directory is damaged") }
        try skip(4)
        let flags = try number(2)
        let method = try number(2)
        try skip(4)
        let crc = UInt32(try number(4))
        var sizes = [try number(4), try number(4)]
        let lengths = (name: try number(2), extra: try number(2), comment: try number(2))
        try skip(8)
        sizes.append(try number(4))
        let name = try bytes(lengths.name)
        try Self.widen(&sizes, Array(bytes(lengths.extra)))
        try skip(lengths.comment)
        guard sizes[2] <= Int.max - shift else { throw ZIPError("a place in its directory is impossible") }
        return ZIPEntry(
            name: String(decoding: name, as: UTF8.self).escaping(["\\": "/"]), method: method,
            isEncrypted: flags & 1 != 0, crc: crc, packedCount: sizes[0], count: sizes[1], offset: sizes[2] + shift)
    }

    /// The extra field of ZIP64 (4.5.3) has those of unpacked size, packed size and offset that are all ones, in this order.
    private static func widen(_ sizes: inout [Int], _ extra: [UInt8]) throws {
        var extra = ZIPFields(extra)
        while extra.rest.count >= 4 {
            let kind = try extra.number(2)
            let length = try extra.number(2)
            guard length <= extra.rest.count else { return }
            var field = ZIPFields(Array(try extra.bytes(length)))
            guard kind == 1 else { continue }
            for index in [1, 0, 2] where sizes[index] == 0xFFFF_FFFF { sizes[index] = try field.number(8) }
        }
    }
}
