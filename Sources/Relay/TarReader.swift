/// A tar archive that cannot be read.
struct TarError: Error, CustomStringConvertible, Equatable {
    var reason: String

    var description: String { "the archive is damaged: \(reason)" }
}

/// Reads tar archives as `TarHeader` writes them, from pieces of any size: pure.
///
/// Source: as `TarHeader`.
struct TarReader {
    private enum Position {
        case header
        /// Bytes still to come, and whether they are an extended header's.
        case contents(Int, isExtended: Bool)
        case padding(Int)
    }

    /// Of an extended header: names have up to a few kilobytes.
    private static let largestExtended = 1 << 20

    private var position = Position.header
    private var header: [UInt8] = []
    private var extended: [UInt8] = []
    /// From an extended header, for the next file.
    private var name: String?
    private var size: Int?
    private var emptyBlocks = 0

    /// Whether the end of the archive was seen.
    var isAtEnd: Bool { emptyBlocks >= 2 }

    /// What happens in an archive.
    protocol Receiver {
        mutating func begin(_ name: String, size: Int)
        mutating func take(_ bytes: UnsafeRawBufferPointer)
        mutating func end()
    }

    /// - Throws: `TarError`.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ receiver: inout some Receiver) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch position {
            case .header:
                let part = rest.prefix(TarHeader.blockSize - header.count)
                header += part
                rest = rest.dropFirst(part.count)
                if header.count == TarHeader.blockSize { try readHeader(&receiver) }
            case .contents(let left, let isExtended):
                let part = rest.prefix(left)
                if isExtended { extended += part } else { receiver.take(UnsafeRawBufferPointer(rebasing: part)) }
                rest = rest.dropFirst(part.count)
                position = .contents(left - part.count, isExtended: isExtended)
                if left == part.count { try endContents(isExtended: isExtended, &receiver) }
            case .padding(let left):
                let count = min(left, rest.count)
                rest = rest.dropFirst(count)
                position = left == count ? .header : .padding(left - count)
            }
        }
    }

    private var paddingAfter = 0

    private mutating func readHeader(_ receiver: inout some Receiver) throws {
        defer { header = [] }
        guard header.contains(where: { $0 != 0 }) else {
            emptyBlocks += 1
            return
        }
        guard let sum = Self.octal(header[148..<156]), sum == Self.checksum(of: header),
            let length = Self.octal(header[124..<136])
        else { throw TarError(reason: "a header has the wrong checksum") }
        let isExtended = header[156] == UInt8(ascii: "x")
        guard isExtended || header[156] == UInt8(ascii: "0") else { throw TarError(reason: "an entry is not a file") }
        guard !isExtended || length <= Self.largestExtended else {
            throw TarError(reason: "an extended header is too large")
        }
        let count = isExtended ? length : size ?? length
        paddingAfter = TarHeader.padding(after: count)
        if !isExtended {
            receiver.begin(name ?? Self.name(of: header), size: count)
            (name, size) = (nil, nil)
        }
        position = .contents(count, isExtended: isExtended)
        if count == 0 { try endContents(isExtended: isExtended, &receiver) }
    }

    private mutating func endContents(isExtended: Bool, _ receiver: inout some Receiver) throws {
        if isExtended { try readExtended() } else { receiver.end() }
        position = paddingAfter == 0 ? .header : .padding(paddingAfter)
    }

    private mutating func readExtended() throws {
        defer { extended = [] }
        var rest = extended[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 2,
                length <= rest.count
            else { throw TarError(reason: "an extended header has a wrong length") }
            let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            let keyword = record.prefix { $0 != UInt8(ascii: "=") }
            let value = String(decoding: record.dropFirst(keyword.count + 1), as: UTF8.self)
            switch String(decoding: keyword, as: UTF8.self) {
            case "path": name = value
            case "size": size = Int(value)
            default: break
            }
            rest = rest.dropFirst(length)
        }
    }

    private static func name(of header: [UInt8]) -> String {
        let (name, prefix) = (text(header[0..<100]), text(header[345..<500]))
        return prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        Int(String(decoding: field.filter { $0 != 0 && $0 != UInt8(ascii: " ") }, as: UTF8.self), radix: 8)
    }

    private static func checksum(of header: [UInt8]) -> Int {
        header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
    }
}
