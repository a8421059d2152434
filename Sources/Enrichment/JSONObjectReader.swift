import Foundation

/// Reads the objects of a JSON array, or of JSON lines, one after the other in bounded memory.
struct JSONObjectReader {
    private static let longestObject = 1 << 20

    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)
    private var filled = 0
    private var position = 0
    private var count = 0

    /// - Parameter read: fills the start of a buffer and returns the number of bytes, 0 at the end.
    init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.read = read
    }

    /// The next object with its values as text; nil at the end.
    /// - Throws: `EnrichmentFailure` that says which object is none.
    mutating func next() throws -> [String: String]? {
        guard let bytes = try nextBytes() else { return nil }
        count += 1
        do {
            return try JSONDecoder().decode([String: JSONValue].self, from: Data(bytes)).compactMapValues(\.text)
        } catch {
            throw EnrichmentFailure("Record \(count) is no JSON object of names and values. Nothing was enriched.")
        }
    }

    private mutating func nextBytes() throws -> [UInt8]? {
        var object: [UInt8] = []
        var (depth, isInString, isEscaped) = (0, false, false)
        while let byte = try nextByte() {
            if depth == 0 {
                guard byte != UInt8(ascii: "{") else {
                    (object, depth) = ([byte], 1)
                    continue
                }
                try refuseUnlessBetween(byte)
                continue
            }
            object.append(byte)
            guard object.count <= Self.longestObject else {
                throw EnrichmentFailure("Record \(count + 1) is longer than 1 MB. Nothing was enriched.")
            }
            if isEscaped {
                isEscaped = false
            } else if isInString {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isInString = false }
            } else {
                if byte == UInt8(ascii: "\"") { isInString = true }
                if byte == UInt8(ascii: "{") { depth += 1 }
                if byte == UInt8(ascii: "}") { depth -= 1 }
                if depth == 0 { return object }
            }
        }
        guard depth == 0 else {
            throw EnrichmentFailure("The JSON ends in the middle of record \(count + 1). Nothing was enriched.")
        }
        return nil
    }

    private func refuseUnlessBetween(_ byte: UInt8) throws {
        guard " \t\r\n,[]".utf8.contains(byte) else {
            throw EnrichmentFailure(
                "The JSON is no array of objects: something else stands after record \(count). Nothing was enriched.")
        }
    }

    private mutating func nextByte() throws -> UInt8? {
        if position == filled {
            filled = try chunk.withUnsafeMutableBytes { try read($0) }
            position = 0
            guard filled > 0 else { return nil }
        }
        defer { position += 1 }
        return chunk[position]
    }
}
