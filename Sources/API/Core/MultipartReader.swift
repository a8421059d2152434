import Foundation

/// Takes a `multipart/form-data` body apart as it comes (RFC 7578, RFC 2046 section 5.1); holds no part in memory.
struct MultipartReader {
    enum Event: Equatable {
        /// `name` and `filename` of its Content-Disposition.
        case part(name: String, fileName: String?)
        case bytes([UInt8])
        case partEnded
    }

    /// The body is not what its header says.
    struct Malformed: Error, Equatable {
        var reason: String
    }

    private enum State { case preamble, headers, body, epilogue }

    /// Of the headers of one part, in bytes.
    private static let headerLimit = 16 << 10

    private let delimiter: [UInt8]
    private var state = State.preamble
    /// As if a line ended before the first delimiter, which then is like all others.
    private var buffer = Array("\r\n".utf8)

    /// - Parameter contentType: the header of the request.
    /// - Returns: nil if it names no boundary.
    init?(contentType: String) {
        guard let boundary = Self.parameter("boundary", of: contentType), (1...70).contains(boundary.utf8.count) else {
            return nil
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Whether the last delimiter has come.
    var isComplete: Bool { state == .epilogue }

    /// Takes the next bytes.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(Malformed) -> [Event] {
        var events: [Event] = []
        buffer += bytes
        while try advance(&events) {}
        return events
    }

    /// - Returns: whether there may be more to read in the buffer.
    private mutating func advance(_ events: inout [Event]) throws(Malformed) -> Bool {
        switch state {
        case .preamble, .body: return try passText(&events)
        case .headers: return try readHeaders(&events)
        case .epilogue:
            buffer = []
            return false
        }
    }

    private mutating func passText(_ events: inout [Event]) throws(Malformed) -> Bool {
        guard let start = buffer.firstIndex(of: delimiter) else {
            // The delimiter may have begun.
            emit(max(0, buffer.count - delimiter.count + 1), &events)
            return false
        }
        // What follows tells the last delimiter from the others; white space may stand before the line end.
        let rest = buffer[(start + delimiter.count)...].drop { $0 == 0x20 || $0 == 0x09 }
        guard rest.count >= 2 else { return false }
        let isInside = state == .body
        emit(start, &events)
        if isInside { events.append(.partEnded) }
        if rest.starts(with: [0x2d, 0x2d]) {
            state = .epilogue
        } else if rest.starts(with: [0x0d, 0x0a]) {
            state = .headers
            buffer = Array(rest.dropFirst(2))
        } else {
            throw Malformed(reason: "a boundary is not alone on its line")
        }
        return true
    }

    private mutating func emit(_ count: Int, _ events: inout [Event]) {
        guard count > 0 else { return }
        if state == .body { events.append(.bytes(Array(buffer[..<count]))) }
        buffer.removeFirst(count)
    }

    private mutating func readHeaders(_ events: inout [Event]) throws(Malformed) -> Bool {
        guard let end = buffer.firstIndex(of: Array("\r\n\r\n".utf8)) else {
            guard buffer.count <= Self.headerLimit else {
                throw Malformed(reason: "the headers of a part are too long")
            }
            return false
        }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
        let disposition = lines.first { $0.lowercased().hasPrefix("content-disposition:") }.map(String.init) ?? ""
        guard let name = Self.parameter("name", of: disposition) else {
            throw Malformed(reason: "a part has no name")
        }
        events.append(.part(name: name, fileName: Self.parameter("filename", of: disposition)))
        buffer.removeFirst(end + 4)
        state = .body
        return true
    }

    /// `name="value"` or `name=value` of a header. Browsers write a quotation mark as %22.
    static func parameter(_ name: String, of header: String) -> String? {
        for part in header.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard pair.count == 2, pair[0].lowercased() == name else { continue }
            guard pair[1].hasPrefix("\""), pair[1].hasSuffix("\""), pair[1].count >= 2 else { return pair[1] }
            return String(pair[1].dropFirst().dropLast()).replacing("%22", with: "\"")
        }
        return nil
    }
}

extension [UInt8] {
    /// Where other bytes begin first.
    fileprivate func firstIndex(of other: [UInt8]) -> Int? {
        var start = 0
        while count - start >= other.count, let found = self[start...].firstIndex(of: other[0]) {
            if self[found...].starts(with: other) { return found }
            start = found + 1
        }
        return nil
    }
}
