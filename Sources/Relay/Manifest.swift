import Foundation

/// The first entry of an archive, `manifest.json`: what is in it.
package struct Manifest: Codable, Sendable, Equatable {
    /// Begin of the window, ISO 8601.
    package var window: String
    /// From 1.
    package var part: Int
    package var members: [Member]

    /// An object of the archive.
    package struct Member: Codable, Sendable, Equatable {
        package var bucket: String
        package var key: String
        /// Version id of a versioned bucket, else the ETag.
        package var version: String
        package var etag: String
        /// Bytes.
        package var size: Int
        /// Hexadecimal.
        package var sha256: String
        /// The entry of the archive.
        package var name: String
    }

    /// Equal manifests give equal bytes: keys in the order of the alphabet, one member on each line.
    /// - Parameter lines: of all members, by `Member.append(to:)`.
    static func bytes(window: String, part: Int, lines: [UInt8]) -> [UInt8] {
        let head = #"{"part":\#(part),"window":"\#(window)","members":["#
        return Array((head + "\n").utf8) + lines + Array("\n]}\n".utf8)
    }
}

extension Manifest.Member {
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    func append(to lines: inout [UInt8]) {
        if !lines.isEmpty { lines += ",\n".utf8 }
        // Strings and numbers always encode.
        lines += try! Self.encoder.encode(self)
    }
}
