import OpenSSL

/// The SHA-256 of a file, and that of the same file with the line ends of Windows.
struct MigrationChecksums: Sendable, Equatable {
    /// What is recorded: of LF text, in lower-case hex.
    let recorded: String
    private let windows: String

    init(_ sql: String) {
        // By bytes: to Swift, CR LF is one character.
        let lines = Array(sql.utf8).withoutCarriageReturns
        recorded = SHA256.hash(lines).hex
        windows = SHA256.hash(lines.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }).hex
    }

    /// Whether a record is of this file. A checkout with CR LF was recorded as it was, before line ends were made one.
    func matches(_ recorded: String) -> Bool { recorded == self.recorded || recorded == windows }
}

extension [UInt8] {
    /// Without each CR that stands before a LF.
    fileprivate var withoutCarriageReturns: [UInt8] {
        enumerated().compactMap { index, byte in
            byte == UInt8(ascii: "\r") && index + 1 < count && self[index + 1] == UInt8(ascii: "\n") ? nil : byte
        }
    }
}
