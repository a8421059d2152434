#if canImport(Glibc)
    import Glibc
#endif

/// Reads XML (1.0, fifth edition) piece by piece in constant memory: elements by their local names, attributes, text.
///
/// For parts of workbooks, whose encoding is UTF-8. A DOCTYPE is refused, so that there are no entities but the five of XML; a tag
/// has to fit into the buffer. It does not check that the names of end tags are those of their start tags. Text that is longer than
/// the buffer comes in several pieces. What `name`, `attributes` and `text` point to is valid until the next event.
final class XMLPullParser {
    enum Event { case start, end, text, finished }

    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private let buffer: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    /// Text without its references.
    private let plain: UnsafeMutablePointer<UInt8>
    private var position = 0
    private var limit = 0
    private var isAtEnd = false
    private var isStarted = false
    private var isInsideCDATA = false
    private var endFollows = false
    /// Of elements that are open.
    private(set) var depth = 0

    /// Of the element that starts or ends, without its prefix.
    private(set) var name = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var attributes = XMLAttributes()
    private(set) var text = UnsafeRawBufferPointer(start: nil, count: 0)

    /// - Parameter read: fills the start of a buffer and returns the number of bytes, 0 at the end.
    init(bufferSize: Int = 1 << 17, read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.read = read
        capacity = max(64, bufferSize)
        buffer = .allocate(capacity: capacity)
        plain = .allocate(capacity: capacity)
    }

    deinit {
        buffer.deallocate()
        plain.deallocate()
    }

    /// - Throws: `XMLPullError`; what the source throws.
    func next() throws -> Event {
        if endFollows {
            endFollows = false
            depth -= 1
            return .end
        }
        if !isStarted { try skipMark() }
        while true {
            if isInsideCDATA {
                if try takeCDATA() { return .text }
                continue
            }
            if position == limit, try !fill() {
                guard depth == 0 else { throw XMLPullError("it ends in the middle") }
                return .finished
            }
            if buffer[position] != UInt8(ascii: "<") {
                try takeText()
                return .text
            }
            if let event = try takeMarkup() { return event }
        }
    }

    /// Passes over the rest of the element that has just started, its end included.
    func skipElement() throws {
        let outside = depth - 1
        while depth > outside, try next() != .finished {}
    }

    /// Whether the element that starts or ends has this name.
    @inline(__always)
    func isNamed(_ name: StaticString) -> Bool {
        name.utf8CodeUnitCount == self.name.count
            && memcmp(name.utf8Start, self.name.baseAddress!, self.name.count) == 0
    }
}

// MARK: - Markup
extension XMLPullParser {
    /// Takes what begins with `<`; nil if it means nothing.
    private func takeMarkup() throws -> Event? {
        try need(2)
        switch buffer[position + 1] {
        case UInt8(ascii: "/"): return try takeEnd()
        case UInt8(ascii: "?"):
            try skip(to: "?>")
            return nil
        case UInt8(ascii: "!"):
            try takeDeclaration()
            return nil
        default: return try takeStart()
        }
    }

    private func takeDeclaration() throws {
        try need(4)
        if starts(with: "<!--") {
            position += 4
            return try skip(to: "-->")
        }
        try need(9)
        guard starts(with: "<![CDATA[") else {
            throw XMLPullError(starts(with: "<!DOCTYPE") ? "it has a DOCTYPE" : "it is no XML")
        }
        position += 9
        isInsideCDATA = true
    }

    private func takeEnd() throws -> Event {
        let end = try tagEnd()
        depth -= 1
        guard depth >= 0 else { throw XMLPullError("an element ends that has not begun") }
        setName(from: position + 2, to: end)
        position = end + 1
        return .end
    }

    private func takeStart() throws -> Event {
        var end = try tagEnd()
        let next = end + 1
        if buffer[end - 1] == UInt8(ascii: "/") {
            end -= 1
            endFollows = true
        }
        let nameEnd = setName(from: position + 1, to: end)
        attributes = XMLAttributes(UnsafeRawBufferPointer(start: buffer + nameEnd, count: end - nameEnd))
        position = next
        depth += 1
        return .start
    }

    /// - Returns: where the name ends, its prefix included.
    @discardableResult
    private func setName(from start: Int, to end: Int) -> Int {
        var (start, place) = (start, start)
        while place < end, buffer[place] > 0x20 {
            if buffer[place] == UInt8(ascii: ":") { start = place + 1 }
            place += 1
        }
        name = UnsafeRawBufferPointer(start: buffer + start, count: place - start)
        return place
    }

    /// Where the `>` of a tag is: not within an attribute's value.
    private func tagEnd() throws -> Int {
        var offset = 1
        var quote: UInt8 = 0
        while true {
            let available = limit - position
            while offset < available {
                let byte = buffer[position + offset]
                if quote != 0 {
                    if byte == quote { quote = 0 }
                } else if byte == UInt8(ascii: ">") {
                    return position + offset
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                }
                offset += 1
            }
            try need(available + 1)
        }
    }

    /// Passes over everything up to a text and the text, of whatever length.
    private func skip(to end: StaticString) throws {
        let length = end.utf8CodeUnitCount
        while true {
            while limit - position < length { if try !fill() { throw XMLPullError("it ends in the middle") } }
            if let place = find(end) {
                position = place + length
                return
            }
            position = limit - length + 1
        }
    }

    private func find(_ text: StaticString) -> Int? {
        let length = text.utf8CodeUnitCount
        var place = position
        while place + length <= limit {
            let room = limit - place - length + 1
            guard let found = memchr(buffer + place, Int32(text.utf8Start.pointee), room) else { return nil }
            place = UnsafeRawPointer(found) - UnsafeRawPointer(buffer)
            if memcmp(buffer + place, text.utf8Start, length) == 0 { return place }
            place += 1
        }
        return nil
    }

    private func starts(with text: StaticString) -> Bool {
        limit - position >= text.utf8CodeUnitCount
            && memcmp(buffer + position, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}

// MARK: - Text
extension XMLPullParser {
    /// Takes text up to the next markup, or as much as there is.
    private func takeText() throws {
        var end: Int
        while true {
            let found = memchr(buffer + position, Int32(UInt8(ascii: "<")), limit - position)
            if let found {
                end = UnsafeRawPointer(found) - UnsafeRawPointer(buffer)
                break
            }
            end = limit
            if isFull { break }
            if try !fill() {
                end = limit
                break
            }
        }
        end = whole(upTo: end)
        text = try withoutReferences(UnsafeRawBufferPointer(start: buffer + position, count: end - position))
        position = end
    }

    private var isFull: Bool { position == 0 && limit == capacity }

    /// A reference at the end of the buffer stays for the next piece.
    private func whole(upTo end: Int) -> Int {
        guard end == limit, !isAtEnd else { return end }
        for place in stride(from: end - 1, to: max(position, end - XMLReference.longest), by: -1) {
            if buffer[place] == UInt8(ascii: ";") { return end }
            if buffer[place] == UInt8(ascii: "&") { return place }
        }
        return end
    }

    private func withoutReferences(_ source: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        guard let start = source.baseAddress, memchr(start, Int32(UInt8(ascii: "&")), source.count) != nil else {
            return source
        }
        let count = try XMLReference.replace(in: source, to: plain)
        return UnsafeRawBufferPointer(start: plain, count: count)
    }

    /// - Returns: whether there was text before the end of the section.
    private func takeCDATA() throws -> Bool {
        while limit - position < 3 { if try !fill() { throw XMLPullError("it ends in the middle") } }
        let end = find("]]>")
        let textEnd = end ?? limit - 2
        text = UnsafeRawBufferPointer(start: buffer + position, count: textEnd - position)
        position = textEnd
        if end != nil {
            position += 3
            isInsideCDATA = false
        }
        return !text.isEmpty
    }
}

// MARK: - Input
extension XMLPullParser {
    /// Sees to it that so many bytes follow.
    private func need(_ count: Int) throws {
        while limit - position < count {
            guard try fill() else { throw XMLPullError("it ends in the middle") }
        }
    }

    /// Reads more behind what is there.
    /// - Returns: false at the end.
    private func fill() throws -> Bool {
        if isAtEnd { return false }
        if position > 0 {
            memmove(buffer, buffer + position, limit - position)
            limit -= position
            position = 0
        }
        guard limit < capacity else { throw XMLPullError("a tag is longer than \(capacity) bytes") }
        let got = try read(UnsafeMutableRawBufferPointer(start: buffer + limit, count: capacity - limit))
        limit += got
        isAtEnd = got == 0
        return got > 0
    }

    private func skipMark() throws {
        isStarted = true
        while limit < 3, try fill() {}
        let start = UnsafeRawBufferPointer(start: buffer, count: limit)
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            throw XMLPullError("it is UTF-16, not UTF-8")
        }
    }
}
