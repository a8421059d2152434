import Foundation
import Synchronization

/// A file without a name in any folder: it goes away with its last owner, even if the process is killed.
///
/// An object is read once, because it may change between two reads; everything after works on such a file.
package final class TemporaryFile: Sendable {
    private let descriptor: Int32
    /// Where what is appended begins.
    private let gap: Int
    private let written = Atomic(0)

    /// Bytes appended so far.
    package var byteCount: Int { written.load(ordering: .acquiring) }

    /// Opens the file anew, for whoever in this process reads by path; valid as long as this file lives (proc(5), "/proc/pid/fd/").
    package var path: String { "/proc/self/fd/\(descriptor)" }

    /// - Parameters:
    ///   - directory: on a disk with room for the largest file.
    ///   - gap: bytes left free before what is appended, for what is known only at its end; they take no room. With one the file is read
    ///     by offsets or by its path.
    /// - Throws: `TemporaryFileError`.
    package init(directory: String = TemporaryFile.defaultDirectory, gap: Int = 0) throws {
        self.gap = gap
        let unnamed = open(directory, Self.withoutName | O_RDWR | O_EXCL | O_CLOEXEC, 0o600)
        descriptor = unnamed >= 0 ? unnamed : try Self.openAndUnlink(directory)
        guard lseek(descriptor, off_t(gap), SEEK_SET) >= 0 else {
            throw TemporaryFileError(action: "leave a gap in a temporary file", code: errno)
        }
    }

    /// `O_TMPFILE` (open(2)), which Swift's Glibc does not show.
    private static let withoutName = 0o20_000_000 | O_DIRECTORY

    /// Where the file system knows no files without a name, such as NFS, it has one for a moment.
    private static func openAndUnlink(_ directory: String) throws -> Int32 {
        var template = Array("\(directory)/catalog-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw TemporaryFileError(action: "create a temporary file in '\(directory)'", code: errno)
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
        return descriptor
    }

    deinit { close(descriptor) }

    /// `TMPDIR`, else /var/tmp: unlike /tmp it is never in memory.
    package static var defaultDirectory: String { ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp" }

    /// Appends; one writer at a time.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            guard count >= 0 || errno == EINTR else {
                throw TemporaryFileError(action: "write a temporary file", code: errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
        }
        written.add(bytes.count, ordering: .acquiringAndReleasing)
    }

    /// Fills the end of the gap.
    /// - Returns: the offset at which the bytes begin; what was appended follows them.
    package func fillGap(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        precondition(bytes.count <= gap, "\(bytes.count) bytes do not fit into a gap of \(gap)")
        var rest = bytes
        while !rest.isEmpty {
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(gap - rest.count))
            guard count >= 0 || errno == EINTR else {
                throw TemporaryFileError(action: "write a temporary file", code: errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
        }
        return gap - bytes.count
    }

    /// Reads from an offset to the end.
    package func forEachPiece(from offset: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var position = offset
        while case let count = try read(at: position, into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
            position += count
        }
    }

    /// A cursor of its own over the bytes written so far.
    package func reader() -> (UnsafeMutableRawBufferPointer) throws -> Int {
        var offset = 0
        return { [self] buffer in
            let count = try read(at: offset, into: buffer)
            offset += count
            return count
        }
    }

    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        guard count >= 0 else { throw TemporaryFileError(action: "read a temporary file", code: errno) }
        return count
    }

    /// Pages of the file, all of them read.
    /// - Returns: nil where they cannot be had: on a kernel before 5.14, or where the disk fails, which reading says in words. Whoever gets them unmaps them.
    func map(at offset: Int, count: Int) -> UnsafeMutableRawBufferPointer? {
        guard let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, off_t(offset)), start != MAP_FAILED else {
            return nil
        }
        guard madvise(start, count, Self.populateRead) == 0 else {
            munmap(start, count)
            return nil
        }
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    /// `MADV_POPULATE_READ` (madvise(2)): the kernel maps all pages at once, and what cannot be read is an error instead of a signal.
    private static let populateRead: Int32 = 22

    /// Writes all bytes into a file of this name, which is replaced.
    /// - Throws: `LocalFileError`.
    package func copy(to path: String) throws {
        let target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard target >= 0 else { throw LocalFileError(path: path, code: errno, isWriting: true) }
        defer { close(target) }
        for offset in stride(from: 0, to: byteCount, by: 1 << 20) {
            var rest = try bytes(at: offset, count: 1 << 20)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(target, $0.baseAddress, $0.count) }
                guard count > 0 || errno == EINTR else {
                    throw LocalFileError(path: path, code: errno, isWriting: true)
                }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    /// A piece in memory; shorter if the file ends there.
    package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        let count = min(count, byteCount - offset)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            try fill(
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer).prefix(count)),
                from: offset)
            filled = count
        }
    }

    /// Fills a buffer with bytes that are there.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws {
        var filled = 0
        while filled < buffer.count {
            let read = try read(at: offset + filled, into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            guard read > 0 else { throw TemporaryFileError(action: "read a temporary file", code: EIO) }
            filled += read
        }
    }
}

extension ObjectStore {
    /// Stores a temporary file under a key, as `put(_:contentsOf:)` does a file with a name.
    package func put(_ key: String, contentsOf file: TemporaryFile) async throws {
        try await put(key, contentsOf: file.path)
        // Its path leads to the file as long as somebody holds it.
        withExtendedLifetime(file) {}
    }
}

/// A temporary file cannot be written or read: the machine's trouble, not the vendor's.
package struct TemporaryFileError: Error, CustomStringConvertible {
    package var action: String
    package var code: Int32

    package var description: String {
        "cannot \(action): \(String(cString: strerror(code))); free space there or set TMPDIR to another directory"
    }
}
