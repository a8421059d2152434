/// Why a record is malformed. Fields are counted from 0.
@frozen
public enum CSVProblem: Equatable, Sendable {
    /// A closing quote is followed by something other than whitespace, a separator or the end of the line.
    case textAfterQuote(field: Int)
    /// An opening quote is not closed before the end of the input or within the record limit.
    case unterminatedQuote(field: Int)
    /// The line may be part of a quoted value of the malformed record before it: see `DoubtfulLines`.
    case insideQuote
    /// One physical line is longer than the limit in bytes.
    case recordTooLong(limit: Int)
}
