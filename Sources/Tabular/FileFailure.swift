package import CSV

/// Why a file cannot be read as a table. `FileFailureText.swift` has the words.
package enum FileFailure: Error, Equatable {
    /// No bytes.
    case empty
    /// No header and no rows.
    case noRecords
    /// - Parameters:
    ///   - limit: in bytes.
    ///   - isInflated: whether the limit was met after decompression.
    case tooLarge(limit: Int, isInflated: Bool = false)
    case damagedGzip(reason: String)
    /// - Parameter reason: a lower-case fragment.
    case damagedArchive(reason: String)
    case damagedWorkbook(reason: String)
    case damagedJSON(reason: String)
    /// A ZIP archive of several files.
    case severalFiles([String])
    case noSuchSheet(String, found: [String])
    /// No visible sheet has a value.
    case emptyWorkbook
    /// No text at all.
    /// - Parameters:
    ///   - kind: what it is, with its article.
    case otherKind(String, remedy: String)
    /// What was declared is not an encoding.
    case noSuchEncoding(String)
    /// Read in the encoding that was guessed, it has words of no language.
    case improbableEncoding(example: String)
    /// UTF-8 that was read as Windows-1252 and saved again.
    case encodedTwice(as: String, written: String, meant: String)
    case headerHasNUL(line: Int)
    /// More accents on one letter than any language has.
    case headerHasStackedMarks(line: Int)
    case headerIsMalformed(line: Int, problem: CSVProblem)
    case missingColumns([String], found: [String])
    case duplicateColumn(String)
}
