import CSV

/// The rules of `CSVReader` written a second time, byte by byte over the whole text: slow and plain.
struct ReferenceParser {
    let format: CSVFormat
    private let text: [UInt8]
    private let lineEnd: UInt8
    private var position = 0
    private var line = 1
    private var records: [ReadRecord] = []
    private var certainFrom = 0

    private enum Outcome {
        case ended(at: Int, fields: [[UInt8]])
        case problem(CSVProblem)
        case tooLong
    }

    private enum State { case fieldStart, plain, quoted, closed, closedThenBlank, closedThenCR }

    static func parse(_ bytes: [UInt8], _ format: CSVFormat) -> [ReadRecord] {
        var parser = ReferenceParser(bytes, format)
        while parser.position < parser.text.count { parser.takeRecord() }
        return parser.records
    }

    private init(_ bytes: [UInt8], _ format: CSVFormat) {
        self.format = format
        lineEnd = UInt8(ascii: format.lineEnding == .lf ? "\n" : "\r")
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        text = bytes.count > position && bytes.last != lineEnd ? bytes + [lineEnd] : bytes
    }

    private mutating func takeRecord() {
        if position < certainFrom { return takeDoubtfulLine() }
        switch scan() {
        case .ended(let end, let fields):
            let length = contentLength(to: end)
            guard length <= format.maximumRecordBytes else { return takeFirstLine(nil) }
            if length > 0 || !format.skipsBlankLines { append(fields, length: length, problem: nil) }
            advance(past: end)
        case .problem(let problem): takeFirstLine(problem)
        case .tooLong: takeFirstLine(nil)
        }
    }

    private mutating func takeDoubtfulLine() {
        let end = lineEndPlace()
        if contentLength(to: end) == 0 && format.skipsBlankLines { return advance(past: end) }
        takeFirstLine(.insideQuote)
    }

    private func lineEndPlace() -> Int { text[position...].firstIndex(of: lineEnd) ?? text.count - 1 }

    /// The lines behind the malformed one are in doubt until it does not matter any more whether they begin inside quotes.
    private mutating func doubtLines(behind end: Int) {
        let limit = min(text.count, position + format.maximumRecordBytes + 2)
        let line = text[position...end]
        guard isInside(after: line, from: false) else { return }
        var closes = false
        for stop in end + 1..<max(end + 1, limit) {
            let rest = text[end + 1...stop]
            closes = closes || !isInside(after: rest, from: true)
            if closes, text[stop] == lineEnd, !isInside(after: rest, from: true), !isInside(after: rest, from: false) {
                certainFrom = stop + 1
                return
            }
        }
        if closes || line.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 1 { certainFrom = limit }
    }

    /// Whether a text ends inside a quoted value, where a value ends only with a quote before a separator or a line end.
    private func isInside(after text: ArraySlice<UInt8>, from start: Bool) -> Bool {
        let quote = UInt8(ascii: "\"")
        var (isInside, mayOpen, index) = (start, !start, text.startIndex)
        while index < text.endIndex {
            let byte = text[index]
            if isInside {
                let run = text[index...].prefix { $0 == quote }.count
                // All pairs of a run are data; what is left of it closes if nothing but whitespace stands before an end.
                if run % 2 == 1, let end = end(of: text, behind: index + run) {
                    (isInside, mayOpen, index) = (false, true, end + 1)
                } else {
                    index += max(1, run)
                }
                continue
            }
            if byte == quote && mayOpen {
                isInside = true
            } else if byte == lineEnd || byte == format.separator {
                mayOpen = true
            } else if !isBlank(byte) {
                mayOpen = false
            }
            index += 1
        }
        return isInside
    }

    /// The separator or line end that only whitespace stands before.
    private func end(of text: ArraySlice<UInt8>, behind place: Int) -> Int? {
        var place = text[place...].firstIndex { !isBlank($0) } ?? text.endIndex
        if place < text.endIndex, text[place] == format.separator { return place }
        if place + 1 < text.endIndex, format.lineEnding == .lf, text[place] == UInt8(ascii: "\r") { place += 1 }
        return place < text.endIndex && text[place] == lineEnd ? place : nil
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != format.separator
    }

    private func contentLength(to end: Int) -> Int {
        let hasCR = format.lineEnding == .lf && end > position && text[end - 1] == UInt8(ascii: "\r")
        return end - position - (hasCR ? 1 : 0)
    }

    private mutating func append(_ fields: [[UInt8]], length: Int, problem: CSVProblem?) {
        let raw = Array(text[position..<(position + length)])
        records.append(
            ReadRecord(
                fields: fields, number: records.count, line: line, offset: position, raw: raw, problem: problem))
    }

    private mutating func advance(past end: Int) {
        line += text[position...end].count { $0 == lineEnd }
        position = end + 1
    }

    private mutating func takeFirstLine(_ problem: CSVProblem?) {
        let limit = format.maximumRecordBytes
        let end = lineEndPlace()
        let length = contentLength(to: end)
        if length > limit {
            append([], length: limit, problem: .recordTooLong(limit: limit))
        } else {
            let problem = problem ?? .unterminatedQuote(field: fieldIndex(at: end))
            if problem != .insideQuote { doubtLines(behind: end) }
            append(lineFields(to: end, length), length: length, problem: problem)
        }
        advance(past: end)
    }

    /// The line as a record, if it could be one by itself; else cut at each separator.
    private func lineFields(to end: Int, _ length: Int) -> [[UInt8]] {
        if case .ended(at: end, let fields) = scan() { return fields }
        let raw = text[position..<(position + length)]
        let cut = raw.split(separator: format.separator, omittingEmptySubsequences: false)
        return cut.map { Self.value(of: Array($0)) }
    }

    /// The field that the first line's end is in: separators within quotes do not count.
    private func fieldIndex(at end: Int) -> Int {
        var state = State.fieldStart
        var index = 0
        for byte in text[position..<end] {
            if ends(byte, in: state) {
                (state, index) = (.fieldStart, index + 1)
            } else {
                state = step(byte, from: state) ?? state
            }
        }
        return index
    }

    private static func value(of field: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        let whitespace = Array(" \t".utf8)
        let bare = field.drop { whitespace.contains($0) }.reversed().drop { whitespace.contains($0) }.reversed()
        guard bare.count >= 2, bare.first == quote, bare.last == quote else { return field }
        var value: [UInt8] = []
        var skipsQuote = false
        for byte in bare.dropFirst().dropLast() {
            if byte == quote && skipsQuote {
                skipsQuote = false
                continue
            }
            skipsQuote = byte == quote
            value.append(byte)
        }
        return value
    }

    private func scan() -> Outcome {
        var state = State.fieldStart
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        for index in position..<text.count {
            let byte = text[index]
            if index - position >= format.maximumRecordBytes + 2 { return .tooLong }
            if ends(byte, in: state) {
                if byte == lineEnd && state == .plain { removeCR(from: &field) }
                fields.append(field)
                field = []
                state = .fieldStart
                if byte == lineEnd { return .ended(at: index, fields: fields) }
            } else if let next = step(byte, from: state) {
                collect(byte, state, next, &field)
                state = next
            } else {
                return .problem(.textAfterQuote(field: fields.count))
            }
        }
        return .tooLong
    }

    /// Adds a byte to the value that it is part of.
    private func collect(_ byte: UInt8, _ state: State, _ next: State, _ field: inout [UInt8]) {
        switch (state, next) {
        case (.fieldStart, .quoted): field = []
        case (.quoted, .closed), (_, .closedThenBlank), (_, .closedThenCR): break
        default: field.append(byte)
        }
    }

    /// Whether a byte ends the field.
    private func ends(_ byte: UInt8, in state: State) -> Bool {
        if byte == lineEnd { return state != .quoted }
        return byte == format.separator && state != .quoted && state != .closedThenCR
    }

    /// The state after a byte that ends no field, nil when it may not stand there.
    private func step(_ byte: UInt8, from state: State) -> State? {
        let isQuote = byte == UInt8(ascii: "\"")
        switch state {
        case .fieldStart: return isQuote ? .quoted : isBlank(byte) ? .fieldStart : .plain
        case .plain: return .plain
        case .quoted: return isQuote ? .closed : .quoted
        case .closed where isQuote: return .quoted
        case .closed, .closedThenBlank:
            if isBlank(byte) { return .closedThenBlank }
            return byte == UInt8(ascii: "\r") && format.lineEnding == .lf ? .closedThenCR : nil
        case .closedThenCR: return nil
        }
    }

    private func removeCR(from field: inout [UInt8]) {
        if format.lineEnding == .lf && field.last == UInt8(ascii: "\r") { field.removeLast() }
    }
}
