/// The header of one file in a tar archive: ustar, with extended headers (pax) before it where ustar has no room.
///
/// Owners and mode are always the same and the time is given, so that equal input gives equal bytes.
///
/// Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header".
struct TarHeader {
    static let blockSize = 512
    /// Two blocks of zeros.
    static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    private static let nameLength = 100
    private static let prefixLength = 155
    /// Eleven octal digits.
    private static let sizeLimit = 1 << 33

    /// Of the file, without a leading slash.
    var name: String
    /// Bytes.
    var size: Int
    /// Seconds since 1970.
    var modified: Int

    /// Zeros after the contents, up to a whole block.
    static func padding(after size: Int) -> Int { (blockSize - size % blockSize) % blockSize }

    /// Whole blocks; the contents follow.
    var bytes: [UInt8] {
        let records = extendedRecords
        let plain = Self.split(name) ?? (prefix: [], name: Array(name.utf8.prefix(Self.nameLength)))
        let header = Self.block(
            prefix: plain.prefix, name: plain.name, size: size < Self.sizeLimit ? size : 0, modified, type: "0")
        guard !records.isEmpty else { return header }
        let extended = Self.block(
            prefix: [], name: Array("PaxHeaders/\(String(records.count))".utf8), size: records.count, modified,
            type: "x")
        return extended + records + [UInt8](repeating: 0, count: Self.padding(after: records.count)) + header
    }

    /// What ustar cannot say: names that are long or not ASCII, sizes from 8 GiB.
    private var extendedRecords: [UInt8] {
        var records: [UInt8] = []
        if Self.split(name) == nil || !name.utf8.allSatisfy({ $0 < 0x80 }) {
            records += Self.record("path", name)
        }
        if size >= Self.sizeLimit { records += Self.record("size", String(size)) }
        return records
    }

    /// `length keyword=value\n`, where the length counts its own digits.
    private static func record(_ keyword: String, _ value: String) -> [UInt8] {
        let rest = " \(keyword)=\(value)\n"
        var length = rest.utf8.count
        while String(length).utf8.count + rest.utf8.count != length {
            length = String(length).utf8.count + rest.utf8.count
        }
        return Array("\(length)\(rest)".utf8)
    }

    /// At a slash, if the name is longer than its field; nil if it fits in no way.
    private static func split(_ name: String) -> (prefix: [UInt8], name: [UInt8])? {
        let bytes = Array(name.utf8)
        guard bytes.count > nameLength else { return ([], bytes) }
        let slashes = bytes.indices.dropLast().filter { bytes[$0] == UInt8(ascii: "/") }
        guard let slash = slashes.first(where: { bytes.count - $0 - 1 <= nameLength }),
            (1...prefixLength).contains(slash)
        else { return nil }
        return (Array(bytes[..<slash]), Array(bytes[(slash + 1)...]))
    }

    private static func block(
        prefix: [UInt8], name: [UInt8], size: Int, _ modified: Int, type: Character
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        put(name, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(modified, digits: 11), at: 136)
        put(type.utf8, at: 156)
        put("ustar\u{0}00".utf8, at: 257)
        put(octal(0, digits: 7), at: 329)
        put(octal(0, digits: 7), at: 337)
        put(prefix, at: 345)
        // The checksum is taken with spaces in its own place.
        put(repeatElement(UInt8(ascii: " "), count: 8), at: 148)
        put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + [0], at: 148)
        return block
    }

    private static func octal(_ number: Int, digits: Int) -> [UInt8] {
        let text = String(number, radix: 8)
        return Array((String(repeating: "0", count: max(0, digits - text.utf8.count)) + text).utf8)
    }
}
