package import Foundation
import Text
import Threads

/// Objects as files below a folder.
package struct FileObjectStore: ObjectStore {
    /// The folder that holds the keys.
    package let root: URL

    /// - Parameter root: made when the first object is stored.
    package init(root: URL) {
        self.root = root
    }

    package func put(_ key: String, contentsOf path: String) async throws {
        try await put(key, contentsOf: path, from: 0)
    }

    /// A rename makes the object appear whole.
    /// - Parameter offset: where the object begins in the file; it goes on to the end.
    package func put(_ key: String, contentsOf path: String, from offset: Int) async throws {
        let target = try url(of: key)
        try await onThread(named: "file-store") {
            let folder = target.deletingLastPathComponent()
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                throw ObjectStoreError(reason: "cannot make the folder '\(folder.path)': \(error.localizedDescription)")
            }
            do {
                let staged = try StagedFile(in: folder.path)
                try LocalFile(path: path).forEachPiece(from: offset, staged.write)
                try staged.publish(as: target.path)
            } catch {
                throw ObjectStoreError(reason: "cannot store '\(key)' below '\(root.path)': \(error)")
            }
        }
    }

    package func get(
        _ key: String, version: String?, etag: String?,
        receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let path = try url(of: key).path
        try await onThread(named: "file-get") {
            try Self.withObject(key, path, version: version, etag: etag) { file, _ in try file.forEachPiece(receive) }
        }
    }

    package func read(_ key: String, version: String?, etag: String?, range: Range<Int>?) async throws -> [UInt8] {
        let path = try url(of: key).path
        return try await onThread(named: "file-read") {
            try Self.withObject(key, path, version: version, etag: etag) { file, info in
                try file.read(range?.clamped(to: 0..<info.size) ?? 0..<info.size)
            }
        }
    }

    /// Opens the object that is meant, and makes sure that it is the same one at the end.
    private static func withObject<Result>(
        _ key: String, _ path: String, version: String?, etag: String?, _ body: (LocalFile, ObjectInfo) throws -> Result
    ) throws -> Result {
        let gone = ObjectStoreError(reason: "'\(key)' was deleted or replaced", isGone: true)
        let file: LocalFile
        do {
            file = try LocalFile(path: path)
        } catch let error as LocalFileError where [ENOENT, ENOTDIR, EISDIR].contains(error.code) {
            throw gone
        }
        // Asked of the open file: its name may belong to another one by now.
        let info = ObjectInfo(key: key, try file.status())
        guard version == nil, etag == nil || info.etag == etag else { throw gone }
        let result = try body(file, info)
        // A program may write into it while it is read.
        guard info.etag == ObjectInfo(key: key, try file.status()).etag else { throw gone }
        return result
    }

    package func head(_ key: String) async throws -> ObjectInfo? {
        _ = try url(of: key)
        return info(key)
    }

    package func list(prefix: String, after key: String?) async throws -> [ObjectInfo] {
        try await onThread(named: "file-store") {
            var page: [ObjectInfo] = []
            FolderListing(root: root.path, prefix: prefix, after: key ?? "").forEach { key in
                if let info = info(key) { page.append(info) }
                return page.count < Self.pageSize
            }
            return page
        }
    }

    package func delete(_ key: String) async throws {
        let path = try url(of: key).path
        guard unlink(path) == 0 || errno == ENOENT else {
            throw ObjectStoreError(reason: "cannot delete '\(key)': \(String(cString: strerror(errno)))")
        }
    }

    package func link(to key: String, isForHead: Bool) async throws -> ObjectLink {
        ObjectLink(url: try url(of: key).absoluteString, expiresAt: nil)
    }

    package func uploadLink(to key: String, sha256: String?) async throws -> UploadLink? { nil }

    /// Where the object of a key is, for a person on this machine.
    package func path(of key: String) -> String {
        root.appendingPathComponent(key).path
    }

    /// - Throws: `ObjectStoreError` for a key that would leave the folder.
    func url(of key: String) throws -> URL {
        let parts = key.partsOfKey
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.utf8.contains(0) }) else {
            throw ObjectStoreError(
                reason: "'\(key)' is not a usable key: empty, '.' and '..' are not allowed between slashes")
        }
        return parts.reduce(root) { $0.appendingPathComponent($1) }
    }

    private static let pageSize = 1000

    /// Of a regular file only; of a key that may be trusted.
    private func info(_ key: String) -> ObjectInfo? {
        var status = stat()
        guard stat(path(of: key), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return ObjectInfo(key: key, status)
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
