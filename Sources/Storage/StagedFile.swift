import Foundation

/// A file that gets its name when it is whole, in the folder where it will be.
///
/// Until then it has a name that nobody looks for, and its process holds a lock on it. The lock ends with the process, however
/// that ends: what nobody holds was left behind by a killed one, and `sweep` removes it.
package final class StagedFile {
    private static let prefix = ".staged-"

    private let folder: String
    private let mode: mode_t
    private var path = ""
    private var descriptor: Int32 = -1
    private var isPublished = false

    /// - Parameters:
    ///   - folder: exists.
    ///   - isPrivate: whether only this user may read it.
    /// - Throws: `LocalFileError`.
    package init(in folder: String, isPrivate: Bool = false) throws {
        self.folder = folder
        mode = isPrivate ? 0o600 : 0o644
        repeat {
            close()
            try create()
        } while isSwept
    }

    deinit {
        close()
        if !isPublished { unlink(path) }
    }

    private func create() throws {
        path = "\(folder)/\(Self.prefix)\(UUID().uuidString)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw LocalFileError(path: path, code: errno, isWriting: true) }
        // A file system without locks has files that nobody sweeps.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    /// Somebody swept the folder between the file's creation and its lock.
    private var isSwept: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    private func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Appends.
    /// - Throws: `LocalFileError`.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            guard count >= 0 || errno == EINTR else {
                throw LocalFileError(path: path, code: errno, isWriting: true)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
        }
    }

    /// Makes the file appear whole under its name; what had that name is replaced.
    /// - Throws: `LocalFileError`.
    package func publish(as target: String) throws {
        guard rename(path, target) == 0 else { throw LocalFileError(path: target, code: errno, isWriting: true) }
        isPublished = true
    }
}

// MARK: - What killed processes leave behind

extension StagedFile {
    /// Whether a name is that of a file which is not whole yet, or never will be.
    static func isStaged(_ name: some StringProtocol) -> Bool {
        name.hasPrefix(prefix) && UUID(uuidString: String(name.dropFirst(prefix.count))) != nil
    }

    /// Removes the files that no living process holds, also below the folder's folders.
    /// - Returns: how many. A folder that cannot be read has none.
    @discardableResult
    package static func sweep(below folder: String) -> Int {
        guard let paths = FileManager.default.enumerator(atPath: folder) else { return 0 }
        var count = 0
        for case let path as String in paths where isStaged(path.split(separator: "/").last ?? "") {
            if removeIfLeft("\(folder)/\(path)") { count += 1 }
        }
        return count
    }

    /// As `sweep(below:)`, in this folder only.
    package static func sweep(_ folder: String) {
        // A folder that is not there, or cannot be read, has nothing that we left.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where isStaged(name) {
            _ = removeIfLeft("\(folder)/\(name)")
        }
    }

    private static func removeIfLeft(_ path: String) -> Bool {
        // Not over a link, and not waiting for a pipe.
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && unlink(path) == 0
    }
}
