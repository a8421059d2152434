extension CSVFormat {
    /// Finds the format from the first bytes of a text, of which the first record (the header) counts.
    ///
    /// The separator is the candidate that occurs most outside quotes, the earlier one of equals, the first one when none
    /// occurs. The line ending is `.cr` when the first line break outside quotes is a CR that something else than an LF
    /// follows. A byte order mark and blank lines before the header are passed over. Give enough bytes to hold the
    /// header, 64 KiB say.
    public static func detect(
        in start: UnsafeRawBufferPointer, separators: [UInt8] = [",", ";", "\t"].map { UInt8(ascii: $0) }
    ) -> CSVFormat {
        var header = HeaderScan(separators: separators)
        let text = start.starts(with: byteOrderMark) ? start.dropFirst(byteOrderMark.count) : start[...]
        for (index, byte) in zip(text.indices, text) {
            let next = index + 1 < text.endIndex ? text[index + 1] : nil
            if header.take(byte, next: next) { break }
        }
        return CSVFormat(separator: header.separator, lineEnding: header.lineEnding ?? .lf)
    }
}

/// Walks over the header byte by byte.
private struct HeaderScan {
    let separators: [UInt8]
    var lineEnding: CSVFormat.LineEnding?

    private var counts: [Int]
    private var isInside = false
    /// Whether the previous byte closed a quoted field: a quote that follows makes the two an escape.
    private var hasJustClosed = false
    private var isFieldStart = true
    private var previous: UInt8?

    init(separators: [UInt8]) {
        precondition(!separators.isEmpty, "no separator to choose from")
        self.separators = separators
        counts = Array(repeating: 0, count: separators.count)
    }

    var separator: UInt8 {
        let most = counts.max() ?? 0
        return separators[counts.firstIndex(of: most) ?? 0]
    }

    /// Returns whether the header is complete.
    mutating func take(_ byte: UInt8, next: UInt8?) -> Bool {
        defer { previous = byte }
        if byte == .quote {
            // A quote within a plain word, like an inch sign, opens nothing, and neither does the one after it.
            let opens = !isInside && (isFieldStart || hasJustClosed)
            hasJustClosed = isInside
            isInside = opens
            isFieldStart = false
            return false
        }
        hasJustClosed = false
        guard !isInside else { return false }
        if byte == .lineFeed || byte == .carriageReturn {
            isFieldStart = true
            return takeLineBreak(byte, next: next)
        }
        if let index = separators.firstIndex(of: byte) {
            counts[index] += 1
            isFieldStart = true
        } else if byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") {
            isFieldStart = false
        }
        return false
    }

    /// A CR in the last byte given may be half of a CRLF, so it does not make a Mac file.
    private mutating func takeLineBreak(_ byte: UInt8, next: UInt8?) -> Bool {
        if lineEnding == nil {
            lineEnding = byte == .carriageReturn && next != nil && next != .lineFeed ? .cr : .lf
        }
        return previous != nil && previous != .lineFeed && previous != .carriageReturn
    }
}
