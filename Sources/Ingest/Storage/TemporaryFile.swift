import Foundation
import Synchronization

/// A file that goes away with its last owner; without a name it does so even after a crash.
///
/// An upload is read once, because its object may change between two reads; everything after works on such a spool.
final class TemporaryFile: Sendable {
    /// Where it is, if it has a name.
    let path: String?
    private let descriptor: Int32
    private let written = Atomic(0)

    /// Bytes written so far.
    var byteCount: Int { written.load(ordering: .acquiring) }

    /// - Parameters:
    ///   - isNamed: whether others open it by its path.
    ///   - directory: on a disk with room for the largest upload.
    init(isNamed: Bool = false, directory: String = TemporaryFile.defaultDirectory) throws {
        var template = Array("\(directory)/catalog-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw TemporaryFileError(action: "create a temporary file in '\(directory)'", code: errno)
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        if isNamed {
            path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        } else {
            path = nil
            unlink(template)
        }
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }

    /// `TMPDIR`, else /var/tmp: unlike /tmp it is never in memory.
    static var defaultDirectory: String { ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp" }

    /// Appends; one writer at a time.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
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

    /// A cursor of its own over the bytes written so far.
    func reader() -> (UnsafeMutableRawBufferPointer) throws -> Int {
        var offset = 0
        return { [self] buffer in
            let count = try read(at: offset, into: buffer)
            offset += count
            return count
        }
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        guard count >= 0 else { throw TemporaryFileError(action: "read a temporary file", code: errno) }
        return count
    }
}

/// A temporary file cannot be written or read: the machine's trouble, not the vendor's.
struct TemporaryFileError: Error, CustomStringConvertible {
    var action: String
    var code: Int32

    var description: String {
        "cannot \(action): \(String(cString: strerror(code))); free space there or set TMPDIR to another directory"
    }
}
