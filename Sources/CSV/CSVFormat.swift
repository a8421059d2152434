/// The dialect of a CSV text: RFC 4180 with a free choice of separator and line ending.
public struct CSVFormat: Sendable, Equatable {
    /// What ends a record.
    public enum LineEnding: Sendable {
        /// LF or CR LF, mixed as they come.
        case lf
        /// CR alone, as on classic Mac OS.
        case cr
    }

    /// One byte, neither a quote nor part of a line ending.
    public var separator = UInt8(ascii: ",")
    public var lineEnding = LineEnding.lf
    /// The longest record that is read, in bytes: the reader's memory.
    public var maximumRecordBytes = 1 << 20
    /// Whether lines without any byte are no records. RFC 4180 is silent; in a file of one column they are empty values.
    public var skipsBlankLines = true

    /// RFC 4180.
    public init() {}

    /// Finds out separator and line ending from the header record.
    /// - Parameters:
    ///   - start: the beginning of a text, with or without a UTF-8 byte order mark.
    ///   - separators: candidates, in the order in which equally frequent ones are preferred.
    public static func detect(
        in start: UnsafeRawBufferPointer,
        separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    ) -> CSVFormat {
        var counts = [Int](repeating: 0, count: separators.count)
        var format = CSVFormat()
        var isQuoted = false
        var hasContent = false
        let first = start.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        for index in first..<start.count {
            let byte = start[index]
            if byte == quote {
                isQuoted.toggle()
            } else if !isQuoted, byte == lf || byte == cr {
                // At the very end, a CR may be half of a CR LF; alone, it ends the last line in both formats.
                if byte == cr, index + 1 < start.count, start[index + 1] != lf { format.lineEnding = .cr }
                if hasContent { break }
                continue
            } else if !isQuoted, let candidate = separators.firstIndex(of: byte) {
                counts[candidate] += 1
            }
            hasContent = true
        }
        if let most = counts.max(), most > 0 { format.separator = separators[counts.firstIndex(of: most)!] }
        return format
    }

    var terminator: UInt8 { lineEnding == .lf ? lf : cr }
}

let quote = UInt8(ascii: "\"")
let lf = UInt8(ascii: "\n")
let cr = UInt8(ascii: "\r")
