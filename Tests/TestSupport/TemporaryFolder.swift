import Foundation

/// A folder that goes away with its last owner.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// - Parameter suffix: of the name, for odd characters.
    package init(suffix: String = "") throws {
        path = "/var/tmp/catalog-test-\(UUID().uuidString.prefix(8).lowercased())\(suffix)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // because a leftover in /var/tmp fails no test
    }

    /// A path inside.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file.
    /// - Returns: its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// Writes a file.
    /// - Returns: its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}
