package import Storage
import Zlib

/// Bytes, decompression and encoding: turns a source into a spool of UTF-8. A workbook becomes the CSV text of one of its sheets, a
/// ZIP archive the one file in it.
package struct UploadReader {
    /// Bytes by which a file is judged.
    private static let startSize = 1 << 18
    /// Bytes written at once: the kernel keeps each piece in one page of memory, where it has pages of 2 MiB.
    private static let chunkSize = 1 << 21

    let limits: FileLimits
    /// The encoding, if it is known beforehand.
    private let declaredEncoding: TextEncoding?
    private let sheet: String?
    private let isHeader: ([String]) -> Bool
    private let takesJSON: Bool

    /// - Parameters:
    ///   - sheet: the sheet of a workbook; nil finds the first visible one with a header.
    ///   - takesJSON: whether JSON objects become CSV text; otherwise they stay what they are.
    ///   - isHeader: whether names can be those of the header of a sheet: other visible sheets are passed over.
    package init(
        limits: FileLimits, declaredEncoding: TextEncoding? = nil, sheet: String? = nil, takesJSON: Bool = false,
        isHeader: @escaping ([String]) -> Bool = { _ in false }
    ) {
        self.limits = limits
        self.declaredEncoding = declaredEncoding
        self.sheet = sheet
        self.takesJSON = takesJSON
        self.isHeader = isHeader
    }

    /// - Throws: `FileFailure`; errors of the source and the spool.
    package func read(_ source: any ByteSource, progress: @escaping (Int) -> Void) throws -> SpooledUpload {
        let raw = RawBytes(source, limit: limits.maximumFileBytes, progress: progress)
        let bytes = PeekedBytes(raw.read)
        let first = try bytes.peek(Self.startSize)
        guard !first.isEmpty else { throw FileFailure.empty }
        let content: Content
        if FileSignature.isZIP(first) {
            content = try unpack(bytes, progress: raw.tick)
        } else {
            let isCompressed = GzipReader.isGzip(prefix: first)
            content = try self.content(try isCompressed ? inflate(bytes) : text(bytes.read), isCompressed: isCompressed)
        }
        let digest = raw.digest()
        return SpooledUpload(
            text: content.text, byteCount: digest.byteCount, sha256: digest.sha256,
            isCompressed: content.isCompressed, origin: content.origin)
    }

    private struct Content {
        var text: SpooledText
        var isCompressed = false
        var origin: TableOrigin?
    }

    /// Text that is what it seems, or JSON.
    private func content(_ text: SpooledText, isCompressed: Bool) throws -> Content {
        let start = try text.spool.bytes(at: 0, count: 1 << 12)
        guard takesJSON, JSONRowReader.isJSON(start) else { return Content(text: text, isCompressed: isCompressed) }
        var sink = try TextSink(table: ())
        try JSONTable(text.spool, limits: limits).write { try sink.write($0) }
        let table = try sink.finish()
        let made = SpooledText(
            spool: table.spool, encoding: text.encoding, isGuessed: text.isGuessed,
            hasDamagedText: text.hasDamagedText || table.hasDamagedText)
        return Content(text: made, isCompressed: isCompressed, origin: .json)
    }

    private func text(_ read: (UnsafeMutableRawBufferPointer) throws -> Int) throws -> SpooledText {
        var sink = try TextSink(declaredEncoding: declaredEncoding)
        try copy(read) { try sink.write($0) }
        return try sink.finish()
    }

    /// Hands over full chunks, because a file is judged by its first one, and the first piece of an archive may be a byte long.
    private func copy(
        _ read: (UnsafeMutableRawBufferPointer) throws -> Int, _ write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkSize, alignment: 16)
        defer { chunk.deallocate() }
        while case let count = try chunk.fill(from: read), count > 0 {
            try write(UnsafeRawBufferPointer(rebasing: chunk.prefix(count)))
        }
    }

    private func inflate(_ bytes: PeekedBytes) throws -> SpooledText {
        let gzip = GzipReader(read: bytes.read(into:))
        let budget = InflationBudget(limits.maximumFileBytes)
        do {
            return try text { buffer in
                let count = try gzip.read(into: buffer)
                try budget.take(count)
                return count
            }
        } catch let error as GzipError {
            throw FileFailure.damagedGzip(reason: "\(error)")
        }
    }
}

// MARK: - Archives
extension UploadReader {
    /// - Parameter isWithin: another archive: one within one is taken, no more.
    private func unpack(
        _ bytes: PeekedBytes, isWithin: Bool = false, progress: @escaping () throws -> Void
    ) throws -> Content {
        let file = try TemporaryFile()
        try copy(bytes.read, file.write)
        let archive = try Self.naming(FileFailure.damagedArchive) {
            try ZIPArchive(
                file,
                budget: InflationBudget(
                    limits.maximumFileBytes * WorkbookReader.inflation, progress: progress))
        }
        switch try Self.naming(FileFailure.damagedArchive, { try ArchiveKind(archive) }) {
        case .workbook:
            return try Self.naming(FileFailure.damagedWorkbook) { try table(WorkbookArchive(archive)) }
        case .file(let entry):
            return try Self.naming(FileFailure.damagedArchive) {
                try unpack(entry, of: archive, isWithin: isWithin, progress: progress)
            }
        }
    }

    private func unpack(
        _ entry: ZIPEntry, of archive: ZIPArchive, isWithin: Bool, progress: @escaping () throws -> Void
    ) throws -> Content {
        let reader = try archive.reader(entry)
        let budget = InflationBudget(limits.maximumFileBytes)
        let bytes = PeekedBytes { buffer in
            let count = try reader.read(into: buffer)
            try budget.take(count)
            return count
        }
        let first = try bytes.peek(Self.startSize)
        guard !first.isEmpty else { throw FileFailure.empty }
        if FileSignature.isZIP(first), !isWithin {
            return try unpack(bytes, isWithin: true, progress: progress)
        }
        return try content(text(bytes.read), isCompressed: true)
    }

    private func table(_ archive: WorkbookArchive) throws -> Content {
        let workbook = try WorkbookReader(archive, limits: limits)
        let chosen = try workbook.chooseSheet(sheet, isHeader: isHeader)
        var sink = try TextSink(table: ())
        let facts = try workbook.write(
            chosen, restart: { sink = try TextSink(table: ()) }, write: { try sink.write($0) })
        return Content(text: try sink.finish(), origin: .workbook(facts))
    }

    private static func naming<Value>(_ failure: (String) -> FileFailure, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ZIPError {
            throw failure(error.description)
        } catch let error as XMLPullError {
            throw failure(error.description)
        }
    }
}
