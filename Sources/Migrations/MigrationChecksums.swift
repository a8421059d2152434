import OpenSSL

/// The SHA-256 of a file, and that of the same file with the line ends of Windows.
struct MigrationChecksums: Sendable, Equatable {
    /// What is recorded: of LF text, in lower-case hex.
    let recorded: String
    private let lines: [UInt8]
    private var windows: String {
        SHA256.hash(lines.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }).hex
    }

    init(_ sql: String) {
        // By bytes: to Swift, CR LF is one character.
        lines = Array(sql.utf8).withoutCarriageReturns
        recorded = SHA256.hash(lines).hex
    }

    /// Whether a record is of this file. A checkout with CR LF was recorded as it was, before line ends were made one.
    func matches(_ recorded: String) -> Bool {
        recorded == self.recorded || recorded == windows || Self.otherTexts[self.recorded] == recorded
    }

    /// Of `0035_find_rows_by_vendor` and `0043_revert_faster` there are two texts that lead to the same schema, the released one and one of
    /// before: a database may have been migrated by either.
    static let otherTexts = [
        "8b1ee3d253f55f8cd3992e80f8b78ab6f811cc60831e6078086bb6975eb57c9a":
            "da8ad34769b7f859e270ebcb0a3f9305ae1c1e2c707ed7ed78b0622d3eda4fd7",
        "5a79588c3d7672f63cf61b95d1585f18f0abc601a9f809c26caba95cdcb684e2":
            "039de05fd42f53912fb9b6f0bb89f90a0c02c9abbb98fcb2cd2fafd1e08ace2d",
    ]
}

extension [UInt8] {
    /// Without each CR that stands before a LF.
    fileprivate var withoutCarriageReturns: [UInt8] {
        guard contains(UInt8(ascii: "\r")) else { return self }
        return enumerated().compactMap { index, byte in
            byte == UInt8(ascii: "\r") && index + 1 < count && self[index + 1] == UInt8(ascii: "\n") ? nil : byte
        }
    }
}
