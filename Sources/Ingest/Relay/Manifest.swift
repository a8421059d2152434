import Foundation

/// The first entry of an archive, `manifest.json`: what is in it.
public struct Manifest: Codable, Sendable, Equatable {
    /// Begin of the window, ISO 8601.
    public var window: String
    /// From 1.
    public var part: Int
    public var members: [Member]

    /// An object of the archive.
    public struct Member: Codable, Sendable, Equatable {
        public var bucket: String
        public var key: String
        /// Version id of a versioned bucket, else the ETag.
        public var version: String
        public var etag: String
        /// Bytes.
        public var size: Int
        /// Hexadecimal.
        public var sha256: String
        /// The entry of the archive.
        public var name: String
    }

    /// Equal manifests give equal bytes: keys in the order of the alphabet, one member on each line.
    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers always encode.
        let lines = members.map { String(decoding: try! encoder.encode($0), as: UTF8.self) }
        let head = #"{"part":\#(part),"window":"\#(window)","members":["#
        return Array((head + "\n" + lines.joined(separator: ",\n") + "\n]}\n").utf8)
    }
}
