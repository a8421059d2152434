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

    public func get(
        _ key: String, version: String?, etag: String?,
        receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        guard let info = try await head(key), etag == nil || info.etag == etag else {
            throw ObjectStoreError(reason: "'\(key)' was deleted or replaced", isGone: true)
        }
        let file = try LocalFile(path: try url(of: key).path)
        try await Self.onThread { try file.forEachPiece(receive) }
    }

    public func head(_ key: String) async throws -> ObjectInfo? {
        var status = stat()
        guard stat(try url(of: key).path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return ObjectInfo(key: key, status)
    }

    public func list(prefix: String, after key: String?) async throws -> [ObjectInfo] {
        let folder = root.path
        let keys = (FileManager.default.subpaths(atPath: folder) ?? []).filter {
            $0.hasPrefix(prefix) && !Self.isStaged($0)
                && (key.map { Array($0.utf8) } ?? []).lexicographicallyPrecedes(Array($0.utf8))
        }
        let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        var found: [ObjectInfo] = []
        for key in sorted where found.count < 1000 {
            if let info = try await head(key) { found.append(info) }
        }
        return found
    }

    public func delete(_ key: String) async throws {
        let path = try url(of: key).path
        guard unlink(path) == 0 || errno == ENOENT else {
            throw ObjectStoreError(reason: "cannot delete '\(key)': \(String(cString: strerror(errno)))")
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

    /// A file that `put` has not renamed yet.
    private static func isStaged(_ key: String) -> Bool { key.contains(".part-") }

    /// Runs what blocks outside Swift's pool.
    private static func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try body() }) }.start()
        }
    }
}

extension LocalFile {
    fileprivate func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try read(into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
        }
    }
}

extension ObjectInfo {
    /// The tag of a file is what changes with every rewriting: inode, size and time.
    fileprivate init(key: String, _ status: stat) {
        let time = status.st_mtim
        self.init(
            key: key, size: Int(status.st_size),
            etag: "\(status.st_ino)-\(status.st_size)-\(time.tv_sec).\(time.tv_nsec)",
            version: nil, lastModified: Date(timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9))
    }
}
