/// Why gzip data cannot be unpacked.
package enum GzipError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The data ends inside a member.
    case truncated
    /// The data is damaged, or something follows the last member; the reason is a lower-case fragment.
    case corrupt(String)
    /// The first two bytes are not those of a gzip member (RFC 1952 §2.3.1).
    case notGzip

    /// A message for the person who sent the data: what is wrong and what to do.
    package var description: String {
        switch self {
        case .truncated: "cannot unpack the gzip data: it ends too early; send the complete file again"
        case .corrupt(let reason): "cannot unpack the gzip data: \(reason); compress the file again and send it again"
        case .notGzip: "cannot unpack the data: it is not gzip; compress the file with gzip or send it uncompressed"
        }
    }
}
