#if canImport(Glibc)
    import Glibc
#endif

/// Character and entity references (XML 1.0, 4.1 and 4.6).
enum XMLReference {
    /// `&#x10FFFF;`, with leading zeros.
    static let longest = 16

    private static let names: [(name: [UInt8], byte: UInt8)] = [
        (Array("amp".utf8), UInt8(ascii: "&")), (Array("lt".utf8), UInt8(ascii: "<")),
        (Array("gt".utf8), UInt8(ascii: ">")), (Array("quot".utf8), UInt8(ascii: "\"")),
        (Array("apos".utf8), UInt8(ascii: "'")),
    ]

    /// Writes a text with what its references stand for: never longer than it was.
    /// - Returns: bytes written.
    /// - Throws: `XMLPullError` if a reference is unknown.
    static func replace(in source: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) throws -> Int {
        var (place, count) = (0, 0)
        while place < source.count, let start = source.baseAddress {
            let found = memchr(start + place, Int32(UInt8(ascii: "&")), source.count - place)
            let next = found.map { UnsafeRawPointer($0) - start } ?? source.count
            memcpy(target + count, start + place, next - place)
            count += next - place
            place = next
            guard place < source.count else { break }
            let rest = source[place...].prefix(longest)
            guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { throw unknown(rest) }
            count += try write(source[(place + 1)..<end], to: target + count)
            place = end + 1
        }
        return count
    }

    private static func write(
        _ name: Slice<UnsafeRawBufferPointer>, to target: UnsafeMutablePointer<UInt8>
    ) throws -> Int {
        if let known = names.first(where: { $0.name.elementsEqual(name) }) {
            target.pointee = known.byte
            return 1
        }
        guard name.first == UInt8(ascii: "#") else { throw unknown(name) }
        let isHexadecimal = name.dropFirst().first == UInt8(ascii: "x")
        let digits = String(decoding: name.dropFirst(isHexadecimal ? 2 : 1), as: UTF8.self)
        guard let number = UInt32(digits, radix: isHexadecimal ? 16 : 10), let scalar = Unicode.Scalar(number) else {
            throw unknown(name)
        }
        let bytes = UTF8.encode(scalar)!  // every scalar has one
        for (index, byte) in bytes.enumerated() { target[index] = byte }
        return bytes.count
    }

    private static func unknown(_ name: Slice<UnsafeRawBufferPointer>) -> XMLPullError {
        XMLPullError("a reference is unknown: '\(String(decoding: name.prefix(longest), as: UTF8.self))'")
    }
}
