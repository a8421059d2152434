import CSV
import Foundation
import TestSupport
import Testing

/// A record copied out of the reader's buffer, so that whole documents can be compared.
struct ReadRecord: Equatable {
    var fields: [[UInt8]]
    var number: Int
    var line: Int
    var offset: Int
    var raw: [UInt8]
    var problem: CSVProblem?

    init(_ record: CSVRecord) {
        fields = (0..<record.count).map { index in
            var value: [UInt8] = []
            record[index].unescape(into: &value)
            return value
        }
        (number, line, offset, problem) = (record.number, record.line, record.offset, record.problem)
        raw = Array(record.raw)
    }

    init(fields: [[UInt8]], number: Int, line: Int, offset: Int, raw: [UInt8], problem: CSVProblem?) {
        (self.fields, self.number, self.line, self.offset) = (fields, number, line, offset)
        (self.raw, self.problem) = (raw, problem)
    }

    var strings: [String] { fields.map { String(decoding: $0, as: UTF8.self) } }
}

/// Hands out bytes a few at a time.
func source(of bytes: [UInt8], atMost step: Int = .max) -> (UnsafeMutableRawBufferPointer) throws -> Int {
    var position = 0
    return { buffer in
        let count = min(step, buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }
}

func read(
    _ bytes: [UInt8], _ format: CSVFormat = CSVFormat(), bufferSize: Int = 1 << 18, step: Int = .max
) throws -> [ReadRecord] {
    let reader = CSVReader(format: format, bufferSize: bufferSize, read: source(of: bytes, atMost: step))
    var records: [ReadRecord] = []
    while let record = try reader.next() { records.append(ReadRecord(record)) }
    return records
}

/// The same, of bytes that are in memory. Each window is a copy at another place, and the one before it is overwritten.
func readWindows(_ bytes: [UInt8], _ format: CSVFormat, size: Int) throws -> [ReadRecord] {
    var former = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 1)
    defer { former.deallocate() }
    let reader = CSVReader(format: format, windowSize: size) { offset, count in
        #expect((offset + count).isMultiple(of: size))
        former.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "\""))
        former.deallocate()
        let part = bytes[min(offset, bytes.count)..<min(offset + count, bytes.count)]
        former = .allocate(byteCount: part.count, alignment: 1)
        former.copyBytes(from: part)
        return UnsafeRawBufferPointer(former)
    }
    var records: [ReadRecord] = []
    while let record = try reader.next() { records.append(ReadRecord(record)) }
    return records
}

func read(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> [ReadRecord] {
    try read(Array(text.utf8), format)
}

/// A random text of bytes that mean something to a parser, and a few that do not.
func soup(length: Int, using generator: inout SeededGenerator) -> [UInt8] {
    let alphabet = Array("aab,,\"\"\"\r\n\n\0é \u{FEFF}".utf8)
    // Some texts have few quotes, so that long well-formed stretches occur too.
    let rareQuotes = Bool.random(using: &generator)
    return (0..<length).map { _ in
        let byte = alphabet.randomElement(using: &generator)!
        return byte == UInt8(ascii: "\"") && rareQuotes && Int.random(in: 0..<8, using: &generator) > 0
            ? UInt8(ascii: "x") : byte
    }
}
