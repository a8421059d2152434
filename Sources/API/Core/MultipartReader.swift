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
    /// Of the white space behind a boundary.
    private static let blankLimit = 1 << 10

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
        emit(start, &events)
        // What follows tells the last delimiter from the others; white space may stand before the line end.
        let rest = buffer[delimiter.count...].drop { $0 == 0x20 || $0 == 0x09 }
        guard rest.startIndex - delimiter.count <= Self.blankLimit else {
            throw Malformed(reason: "the line of a boundary is too long")
        }
        guard rest.count >= 2 else { return false }
        if state == .body { events.append(.partEnded) }
        if rest.starts(with: [0x2d, 0x2d]) {
            state = .epilogue
        } else if rest.starts(with: [0x0d, 0x0a]) {
            state = .headers
            // The line end stays: two of them in a row end the headers, even if there are none.
            buffer = Array(rest)
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
        let end = buffer.firstIndex(of: Array("\r\n\r\n".utf8))
        // Without an end, as if it began right behind.
        guard end ?? (buffer.count - 3) <= Self.headerLimit else {
            throw Malformed(reason: "the headers of a part are too long")
        }
        guard let end else { return false }
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
        // By code points: a file's name may begin with an accent, which Swift would take for a part of the mark before it.
        var rest = Array(header.unicodeScalars)[...]
        // No more once a quoted value has had no end: what follows has none either, and would be searched again for each value.
        var mayBeQuoted = true
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[(semicolon + 1)...]
            let key = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest[key.endIndex...]
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            let value = takeValue(&rest, &mayBeQuoted)
            // A longer one is no name of ours, and may be costly to compare.
            if key.count <= 100, text(key).trimmingCharacters(in: .whitespaces).lowercased() == name { return value }
        }
        return nil
    }

    /// Takes a value from the front. A quotation mark within it ends it only before what may stand behind it.
    private static func takeValue(
        _ rest: inout ArraySlice<Unicode.Scalar>, _ mayBeQuoted: inout Bool
    ) -> String {
        let bare = rest.drop(while: isBlank)
        if mayBeQuoted, bare.first == "\"" {
            let quoted = bare.dropFirst()
            let end = quoted.indices.first { place in
                quoted[place] == "\"" && (quoted[(place + 1)...].first { !isBlank($0) } ?? ";") == ";"
            }
            mayBeQuoted = end != nil
            if let end {
                rest = quoted[(end + 1)...]
                return text(quoted[..<end]).replacingOccurrences(of: "%22", with: "\"", options: .literal)
            }
        }
        let value = rest.prefix { $0 != ";" }
        rest = rest[value.endIndex...]
        return text(value).trimmingCharacters(in: .whitespaces)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
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
