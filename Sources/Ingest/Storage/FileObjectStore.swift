import Foundation

/// Objects as files below a folder.
public struct FileObjectStore: ObjectStore {
    /// The folder that holds the keys.
    public let root: URL

    /// - Parameter root: made when the first object is stored.
    public init(root: URL) {
        self.root = root
    }

    /// A rename makes the object appear whole.
    public func put(_ key: String, contentsOf path: String) async throws {
        let target = try url(of: key)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        let staged = target.appendingPathExtension("part-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.copyItem(at: URL(fileURLWithPath: path), to: staged)
        guard rename(staged.path, target.path) == 0 else {
            let reason = String(cString: strerror(errno))
            throw ObjectStoreError(reason: "cannot store '\(key)' below '\(root.path)': \(reason)")
        }
    }

    public func link(to key: String) async throws -> String {
        try url(of: key).absoluteString
    }

    /// Where the object of a key is, for a person on this machine.
    public func path(of key: String) -> String {
        root.appendingPathComponent(key).path
    }

    /// - Throws: `ObjectStoreError` for a key that would leave the folder.
    func url(of key: String) throws -> URL {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.contains("\0") }) else {
            throw ObjectStoreError(
                reason: "'\(key)' is no usable key: empty, '.' and '..' are not allowed between slashes")
        }
        return parts.reduce(root) { $0.appendingPathComponent(String($1)) }
    }
}

/// An object that cannot be stored.
public struct ObjectStoreError: Error, CustomStringConvertible {
    var reason: String

    /// What failed and why.
    public var description: String { reason }
}
