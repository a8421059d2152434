package import CSV
import Storage
import Text

/// The first bytes of a file, in which its format and its header are looked for.
struct FileStart {
    private static let size = 1 << 16
    /// Lines of a title at most.
    private static let titleLines = 20

    private let bytes: [UInt8]
    private let separator: UInt8?
    /// That the first line names, as Excel has it: `sep=;`.
    private let named: UInt8?
    /// Line breaks within a value do not count as lines.
    private let countsRecords: Bool
    private let limits: FileLimits
    private let lineEnd: UInt8

    /// - Parameter separator: nil finds it.
    init(_ upload: SpooledUpload, separator: UInt8?, _ limits: FileLimits) throws {
        let read = upload.spool.reader()
        bytes = try [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, count in
            count = try read(UnsafeMutableRawBufferPointer(buffer))
        }
        named = upload.origin == nil ? Self.separator(in: bytes) : nil
        self.separator = upload.origin == nil ? separator ?? named : UInt8(ascii: ",")
        countsRecords = upload.origin != nil
        self.limits = limits
        lineEnd = bytes.withUnsafeBytes { CSVFormat.detect(in: $0) }.lineEnding == .lf ? 0x0A : 0x0D
    }

    /// How the file is written whose first record begins after some lines.
    func format(skippingLines count: Int) -> CSVFormat {
        let count = max(count, named == nil ? 0 : 1)
        var format = bytes.withUnsafeBytes { all in
            CSVFormat.detect(in: UnsafeRawBufferPointer(rebasing: all.dropFirst(offset(ofLine: count) ?? all.count)))
        }
        if let separator { format.separator = separator }
        format.countsQuotedLineEnds = !countsRecords
        format.maximumRecordBytes = limits.maximumRecordBytes
        format.skippedLines = count
        return format
    }

    /// The format in which the header is the first record that `isHeader` takes: some exports have a title above it.
    /// - Parameter skipped: lines that are passed over in any case.
    /// - Returns: nil if no record near the start is a header.
    func format(skippingLines skipped: Int, toHeader isHeader: ([String]) -> Bool) throws -> CSVFormat? {
        for count in skipped...(skipped + Self.titleLines) where offset(ofLine: count) != nil {
            let format = format(skippingLines: count)
            if let names = try names(format), isHeader(names) { return format }
        }
        return nil
    }

    private static func separator(in start: [UInt8]) -> UInt8? {
        let line = start.prefix { $0 != 0x0A && $0 != 0x0D }.filter { $0 != UInt8(ascii: "\"") }
        guard line.count == 5, let last = line.last, last < 0x80, line.count < start.count else { return nil }
        return String(decoding: line.dropLast(), as: UTF8.self).lowercased() == "sep=" ? last : nil
    }

    private func names(_ format: CSVFormat) throws -> [String]? {
        var place = 0
        let reader = CSVReader(format: format) { buffer in
            let count = min(buffer.count, bytes.count - place)
            buffer.copyBytes(from: bytes[place..<(place + count)])
            place += count
            return count
        }
        guard let record = try reader.nextRow(), record.problem == nil, !StackedMarks.areIn(record.raw) else {
            return nil
        }
        return record.names
    }

    /// Where a line begins; nil if there are fewer.
    private func offset(ofLine number: Int) -> Int? {
        var offset = 0
        for _ in 0..<number {
            guard let end = bytes[offset...].firstIndex(of: lineEnd) else { return nil }
            offset = end + 1
        }
        return offset
    }
}

extension CSVRecord {
    /// The cells as names of columns.
    package var names: [String] { (0..<count).map { CellText.string(self[$0]) } }
}
