/// The texts of a workbook that its cells refer to by number: `xl/sharedStrings.xml`, on disk.
///
/// A million rows have millions of them; cells refer to them nearly in order, so that few pages are read often.
final class SharedStrings {
    private let texts: PagedBytes
    /// Where each text ends: eight bytes each.
    private let ends: PagedBytes
    private(set) var count = 0

    /// No texts.
    init() throws {
        (texts, ends) = (try PagedBytes(), try PagedBytes())
    }

    /// - Parameters:
    ///   - limit: bytes of all texts.
    ///   - longest: bytes of one.
    /// - Throws: `FileFailure.tooLarge`, `XMLPullError`; what the parser and the disk throw.
    convenience init(_ parser: XMLPullParser, limit: Int, longest: Int) throws {
        try self.init()
        var text: [UInt8] = []
        while true {
            let event = try parser.next()
            if event == .finished { break }
            guard event == .start, parser.isNamed("si") else { continue }
            text.removeAll(keepingCapacity: true)
            try RichText.append(parser, to: &text, longest: longest)
            CellEscapes.decode(&text, from: 0)
            try append(text)
            guard texts.count <= limit else { throw FileFailure.tooLarge(limit: limit, isInflated: true) }
        }
        try texts.flush()
        try ends.flush()
    }

    private func append(_ text: [UInt8]) throws {
        try text.withUnsafeBytes(texts.append)
        try withUnsafeBytes(of: texts.count.littleEndian, ends.append)
        count += 1
    }

    /// Appends a text to a buffer.
    /// - Throws: `XMLPullError` if there is no such text; what the disk throws.
    func read(_ index: Int, into buffer: inout [UInt8]) throws {
        guard index >= 0, index < count else { throw XMLPullError("a cell refers to text \(index) of \(count)") }
        let start = index == 0 ? 0 : try ends.number(at: 8 * (index - 1))
        try texts.read(start..<(try ends.number(at: 8 * index)), into: &buffer)
    }
}

/// Text in runs, as shared strings and inline strings have it.
enum RichText {
    /// Appends the text of the element that has just started, without what is there for its pronunciation.
    /// - Throws: `XMLPullError` also if it is longer than so many bytes.
    static func append(_ parser: XMLPullParser, to text: inout [UInt8], longest: Int) throws {
        let (outside, start) = (parser.depth - 1, text.count)
        var isText = false
        while parser.depth > outside {
            switch try parser.next() {
            case .start:
                if parser.isNamed("rPh") { try parser.skipElement() } else { isText = parser.isNamed("t") }
            case .end: isText = false
            case .text:
                guard isText else { continue }
                text.append(contentsOf: parser.text)
                guard text.count - start <= longest else {
                    throw XMLPullError("a cell holds more than \(longest) bytes")
                }
            case .finished: return
            }
        }
    }
}
