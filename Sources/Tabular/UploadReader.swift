import OpenSSL
package import Storage
import Zlib

/// A file as it was read, once and whole: UTF-8 in a spool.
package struct SpooledUpload {
    package let spool: TemporaryFile
    /// Bytes as they arrived.
    package let byteCount: Int
    /// Of the bytes as they arrived; 64 lower-case hexadecimal digits.
    package let sha256: String
    package let encoding: TextEncoding
    /// Nobody said which encoding it is, and it is not UTF-8.
    package let isGuessed: Bool
    package let isCompressed: Bool
    /// Some rows hold NUL bytes or are not UTF-8: each row must be looked at.
    package let hasDamagedText: Bool
}

/// Bytes, decompression and encoding: turns a source into a spool of UTF-8.
package struct UploadReader {
    private static let chunkSize = 1 << 18

    let limits: FileLimits
    /// The encoding, if it is known beforehand.
    private let declaredEncoding: TextEncoding?

    package init(limits: FileLimits, declaredEncoding: TextEncoding? = nil) {
        self.limits = limits
        self.declaredEncoding = declaredEncoding
    }

    /// - Throws: `FileFailure`; errors of the source and the spool.
    package func read(_ source: any ByteSource, progress: @escaping (Int) -> Void) throws -> SpooledUpload {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkSize, alignment: 16)
        defer { chunk.deallocate() }
        let raw = RawBytes(source, limit: limits.maximumFileBytes, progress: progress)
        let first = UnsafeRawBufferPointer(rebasing: chunk.prefix(try chunk.fill(from: raw.read)))
        guard !first.isEmpty else { throw FileFailure.empty }
        let isCompressed = GzipReader.isGzip(prefix: first)
        raw.pushBack(first)

        var sink = try TextSink(declaredEncoding: declaredEncoding)
        if isCompressed {
            try inflate(raw, chunk, &sink)
        } else {
            while case let count = try raw.read(into: chunk), count > 0 {
                try sink.write(UnsafeRawBufferPointer(rebasing: chunk.prefix(count)))
            }
        }
        return try sink.finish(raw.digest(), isCompressed: isCompressed)
    }

    private func inflate(_ raw: RawBytes, _ chunk: UnsafeMutableRawBufferPointer, _ sink: inout TextSink) throws {
        let gzip = GzipReader(read: raw.read(into:))
        var inflated = 0
        do {
            // Full chunks, because a file is judged by its first one, and the first member of an archive may be a byte long.
            while case let count = try chunk.fill(from: gzip.read), count > 0 {
                inflated += count
                guard inflated <= limits.maximumFileBytes else {
                    throw FileFailure.tooLarge(limit: limits.maximumFileBytes, isInflated: true)
                }
                try sink.write(UnsafeRawBufferPointer(rebasing: chunk.prefix(count)))
            }
        } catch let error as GzipError {
            throw FileFailure.damagedGzip(reason: "\(error)")
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Reads until the buffer is full or the source ends.
    fileprivate func fill(from read: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows -> Int {
        var filled = 0
        while filled < count {
            let got = try read(UnsafeMutableRawBufferPointer(rebasing: self[filled...]))
            if got == 0 { break }
            filled += got
        }
        return filled
    }
}

/// The bytes as they arrive: counted, bounded and hashed.
private final class RawBytes {
    private let source: any ByteSource
    private let limit: Int
    private let progress: (Int) -> Void
    private var hash = SHA256()
    private var count = 0
    private var pushedBack: [UInt8] = []

    init(_ source: any ByteSource, limit: Int, progress: @escaping (Int) -> Void) {
        self.source = source
        self.limit = limit
        self.progress = progress
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if !pushedBack.isEmpty {
            let taken = min(buffer.count, pushedBack.count)
            buffer.copyBytes(from: pushedBack.prefix(taken))
            pushedBack.removeFirst(taken)
            return taken
        }
        if let size = source.byteCount, size > limit { throw FileFailure.tooLarge(limit: limit) }
        let got = try source.read(into: buffer)
        hash.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(got)))
        count += got
        guard count <= limit else { throw FileFailure.tooLarge(limit: limit) }
        try Task.checkCancellation()
        progress(count)
        return got
    }

    func pushBack(_ bytes: UnsafeRawBufferPointer) {
        pushedBack = Array(bytes)
    }

    /// Of all bytes so far.
    func digest() -> (byteCount: Int, sha256: String) { (count, hash.finish().hex) }
}

/// Writes text of any encoding to a spool as UTF-8.
private struct TextSink {
    private var spool: TemporaryFile
    private var encoding: TextEncoding?
    private var isAnnounced = false
    private var transcoder: Transcoder?
    private var scanner = UTF8Scanner()
    private var doubled = Self.doubleChecks
    /// Judges the words of a guessed encoding.
    private var guess: GuessCheck?
    private var output: [UInt8] = []
    private var isFirst = true

    private static var doubleChecks: [DoubleEncodingCheck] { [BytePage.windows1252, .macRoman].map { .init($0) } }

    init(declaredEncoding: TextEncoding?) throws {
        spool = try TemporaryFile()
        encoding = declaredEncoding
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var bytes = bytes
        if isFirst {
            isFirst = false
            try FileSignature.refuse(bytes)
            bytes = begin(bytes)
        }
        guard transcoder != nil else {
            scan(bytes)
            return try spool.write(bytes)
        }
        guess?.take(bytes)
        output.removeAll(keepingCapacity: true)
        transcoder?.append(bytes, to: &output)
        try flush()
    }

    mutating func finish(_ digest: (byteCount: Int, sha256: String), isCompressed: Bool) throws -> SpooledUpload {
        output.removeAll(keepingCapacity: true)
        transcoder?.finish(&output)
        try flush()
        scanner.finish()
        if looksLikeWindows1252 { try readAgainAsWindows1252() }
        if guess?.isImprobable() == true { throw FileFailure.improbableEncoding(example: guess?.example ?? "") }
        for var check in doubled where check.isDouble() {
            guard let example = check.example else { continue }
            throw FileFailure.encodedTwice(as: check.page.name, written: example.written, meant: example.meant)
        }
        return SpooledUpload(
            spool: spool, byteCount: digest.byteCount, sha256: digest.sha256, encoding: encoding ?? .utf8,
            isGuessed: guess != nil, isCompressed: isCompressed,
            hasDamagedText: scanner.hasNUL || scanner.invalidSequences > 0)
    }

    /// A byte order mark wins over what was declared. It is not part of the text.
    private mutating func begin(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let mark = TextEncoding.byteOrderMark(of: bytes)
        isAnnounced = mark != nil || encoding != nil
        encoding = mark?.encoding ?? encoding
        if let encoding, encoding != .utf8 { transcoder = Transcoder(from: encoding) }
        return UnsafeRawBufferPointer(rebasing: bytes.dropFirst(mark?.length ?? 0))
    }

    private mutating func flush() throws {
        try output.withUnsafeBytes { bytes in
            scan(bytes)
            try spool.write(bytes)
        }
    }

    /// Judges text that is meant to be UTF-8. Only where it is not ASCII can it have been encoded twice.
    private mutating func scan(_ text: UnsafeRawBufferPointer) {
        let before = scanner.multibyteSequences + scanner.invalidSequences
        scanner.scan(text)
        let isPlain = scanner.multibyteSequences + scanner.invalidSequences == before
        for place in doubled.indices where !doubled[place].isDecided {
            if !isPlain || scanner.isInsideCharacter || doubled[place].isInsideWord { doubled[place].take(text) }
        }
    }

    /// Text that nobody announced as UTF-8 and in which more sequences are wrong than right was never UTF-8. With more
    /// right than wrong ones it is UTF-8 with damaged rows, which are reported instead of loaded as nonsense.
    private var looksLikeWindows1252: Bool {
        !isAnnounced && scanner.invalidSequences > scanner.multibyteSequences
    }

    private mutating func readAgainAsWindows1252() throws {
        let original = spool
        spool = try TemporaryFile()
        scanner = UTF8Scanner()
        doubled = Self.doubleChecks
        guess = GuessCheck()
        encoding = .windows1252
        transcoder = Transcoder(from: .windows1252)
        let read = original.reader()
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { chunk.deallocate() }
        while case let count = try read(chunk), count > 0 {
            try write(UnsafeRawBufferPointer(rebasing: chunk.prefix(count)))
        }
    }
}
