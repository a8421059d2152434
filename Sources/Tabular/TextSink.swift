import Storage

/// Writes text of any encoding to a spool as UTF-8.
struct TextSink {
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

    /// For CSV text that was made here: it begins with no mark, and its first cells may say anything.
    init(table: Void) throws {
        try self.init(declaredEncoding: .utf8)
        (isAnnounced, isFirst) = (true, false)
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

    /// The whole text. To be called once, at its end.
    /// - Throws: `FileFailure` if it is damaged.
    mutating func finish() throws -> SpooledText {
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
        return SpooledText(
            spool: spool, encoding: encoding ?? .utf8, isGuessed: guess != nil,
            hasDamagedText: scanner.hasNUL || scanner.invalidSequences > 0)
    }

    /// A byte order mark wins over what was declared. It is not part of the text.
    private mutating func begin(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let mark = TextEncoding.byteOrderMark(of: bytes)
        isAnnounced = mark != nil || encoding != nil
        encoding = mark?.encoding ?? encoding ?? TextEncoding.certainlyWide(bytes)
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
