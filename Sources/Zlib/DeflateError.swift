/// Why deflate data (RFC 1951) cannot be unpacked.
package enum DeflateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The data ends too early.
    case truncated
    /// The reason is a lower-case fragment.
    case corrupt(String)

    /// A lower-case fragment.
    package var description: String {
        switch self {
        case .truncated: "its compressed data ends too early"
        case .corrupt(let reason): "its compressed data is damaged (\(reason))"
        }
    }
}
