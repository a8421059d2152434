/// Why a record is malformed. Fields are counted from 0.
@frozen
public enum CSVProblem: Equatable, Sendable {
    /// A quote inside a field that did not begin with one.
    case strayQuote(field: Int)
    /// A closing quote is followed by something else than a separator or the end of the line.
    case textAfterQuote(field: Int)
    /// An opening quote is not closed before the end of the input or within the record limit.
    case unterminatedQuote(field: Int)
    /// One physical line is longer than the limit in bytes.
    case recordTooLong(limit: Int)
}
