/// Why Zstandard data cannot be unpacked.
package enum ZstdError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The data ends inside a frame, or before the first.
    case truncated
    /// The data is damaged, or something else stands where a frame should; the reason is that of libzstd.
    case corrupt(String)

    package var description: String {
        switch self {
        case .truncated: "cannot unpack the zstd data: it ends too early"
        case .corrupt(let reason): "cannot unpack the zstd data: \(reason)"
        }
    }
}
