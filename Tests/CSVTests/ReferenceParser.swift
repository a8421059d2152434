import CSV

/// The rules of `CSVReader` written a second time, byte by byte over the whole text: slow and plain.
struct ReferenceParser {
    let format: CSVFormat
    private let text: [UInt8]
    private let lineEnd: UInt8
    private var position = 0
    private var line = 1
    private var records: [ReadRecord] = []

    private enum Outcome {
        case ended(at: Int, fields: [[UInt8]])
        case problem(CSVProblem)
        case tooLong
    }

    private enum State { case fieldStart, plain, quoted, closed, closedThenCR }

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
        let end = text[position...].firstIndex(of: lineEnd) ?? text.count - 1
        let length = contentLength(to: end)
        if length > limit {
            append([], length: limit, problem: .recordTooLong(limit: limit))
        } else {
            let problem = problem ?? .unterminatedQuote(field: fieldIndex(at: end))
            let raw = text[position..<(position + length)]
            let cut = raw.split(separator: format.separator, omittingEmptySubsequences: false)
            append(cut.map { Self.value(of: Array($0)) }, length: length, problem: problem)
        }
        advance(past: end)
    }

    /// The field that the first line's end is in: separators within quotes do not count.
    private func fieldIndex(at end: Int) -> Int {
        var isInside = false
        var index = 0
        for byte in text[position..<end] {
            if byte == UInt8(ascii: "\"") { isInside.toggle() }
            if byte == format.separator && !isInside { index += 1 }
        }
        return index
    }

    private static func value(of field: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard field.count >= 2, field.first == quote, field.last == quote else { return field }
        var value: [UInt8] = []
        var skipsQuote = false
        for byte in field[1..<(field.count - 1)] {
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
                // A quote in a closed field is the second of a pair; a CR there belongs to the line end.
                let isQuote = byte == UInt8(ascii: "\"")
                if isQuote ? state == .closed : next != .closedThenCR { field.append(byte) }
                state = next
            } else {
                return .problem(
                    state == .plain ? .strayQuote(field: fields.count) : .textAfterQuote(field: fields.count))
            }
        }
        return .tooLong
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
        case .fieldStart: return isQuote ? .quoted : .plain
        case .plain: return isQuote ? nil : .plain
        case .quoted: return isQuote ? .closed : .quoted
        case .closed:
            if isQuote { return .quoted }
            return byte == UInt8(ascii: "\r") && format.lineEnding == .lf ? .closedThenCR : nil
        case .closedThenCR: return nil
        }
    }

    private func removeCR(from field: inout [UInt8]) {
        if format.lineEnding == .lf && field.last == UInt8(ascii: "\r") { field.removeLast() }
    }
}
