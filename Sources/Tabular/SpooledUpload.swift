package import Storage

/// A file as it was read, once and whole: UTF-8 in a spool.
package struct SpooledUpload {
    let text: SpooledText
    /// Bytes as they arrived.
    package let byteCount: Int
    /// Of the bytes as they arrived; 64 lower-case hexadecimal digits.
    package let sha256: String
    package let isCompressed: Bool
    /// What the text was made of; nil if it is as it arrived.
    let origin: TableOrigin?

    package var spool: TemporaryFile { text.spool }
    package var encoding: TextEncoding { text.encoding }
    /// Nobody said which encoding it is, and it is not UTF-8.
    package var isGuessed: Bool { text.isGuessed }
    /// Some rows hold NUL bytes or are not UTF-8: each row must be looked at.
    package var hasDamagedText: Bool { text.hasDamagedText }
    /// Whether its objects became the rows.
    package var isJSON: Bool { if case .json = origin { true } else { false } }
    /// Nil if it is none.
    package var workbook: WorkbookFacts? { if case .workbook(let facts) = origin { facts } else { nil } }
}

/// Text of any encoding as UTF-8 in a spool.
struct SpooledText {
    let spool: TemporaryFile
    let encoding: TextEncoding
    let isGuessed: Bool
    let hasDamagedText: Bool
}

/// What CSV text in a spool was made of. Its separator is a comma, and each record has the number of its row.
enum TableOrigin {
    case workbook(WorkbookFacts)
    case json
}
