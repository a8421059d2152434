/// Cuts a JSON array, or JSON lines (RFC 8259), into its objects, one after the other in bounded memory. What is within them is not
/// looked at, beyond their strings and braces.
package struct JSONObjectCutter {
    /// Why a text is no row of objects; records count from 1.
    package enum Problem: Error {
        case tooLong(record: Int)
        /// Something else stands behind a record, or before the first one, 0.
        case otherThanObjects(afterRecord: Int)
        case endsInside(record: Int)
    }

    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private let longest: Int
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)
    private var filled = 0
    private var place = 0
    /// The bytes of the last object.
    package private(set) var object: [UInt8] = []
    /// Objects so far.
    package private(set) var count = 0

    /// - Parameters:
    ///   - longest: bytes of one object.
    ///   - read: fills the start of a buffer and returns the number of bytes, 0 at the end.
    package init(longest: Int, read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        (self.longest, self.read) = (longest, read)
    }

    /// Takes the next object.
    /// - Returns: false at the end.
    /// - Throws: `Problem`; what the source throws.
    package mutating func next() throws -> Bool {
        object.removeAll(keepingCapacity: true)
        var (depth, isInString, isEscaped) = (0, false, false)
        while let byte = try nextByte() {
            if depth == 0 {
                guard byte == UInt8(ascii: "{") else {
                    guard " \t\r\n,[]".utf8.contains(byte) else { throw Problem.otherThanObjects(afterRecord: count) }
                    continue
                }
            }
            object.append(byte)
            guard object.count <= longest else { throw Problem.tooLong(record: count + 1) }
            if isEscaped {
                isEscaped = false
            } else if isInString {
                isEscaped = byte == UInt8(ascii: "\\")
                isInString = byte != UInt8(ascii: "\"")
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 {
                    count += 1
                    return true
                }
            }
        }
        guard depth == 0 else { throw Problem.endsInside(record: count + 1) }
        return false
    }

    private mutating func nextByte() throws -> UInt8? {
        if place == filled {
            filled = try chunk.withUnsafeMutableBytes { try read($0) }
            place = 0
            guard filled > 0 else { return nil }
        }
        defer { place += 1 }
        return chunk[place]
    }
}
