import Foundation
import Threads

/// A file of this machine.
package final class LocalFile: ByteSource, Sendable {
    private let descriptor: Int32
    /// Size when it was opened; nil for a pipe.
    package let byteCount: Int?

    /// - Throws: `LocalFileError` when there is no such file, it is a directory, or it may not be read.
    package init(path: String) throws {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LocalFileError(path: path, code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFileError(path: path, code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw LocalFileError(path: path, code: EISDIR) }
        byteCount = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        byteCount = nil
    }

    /// Stands for standard input where a path is asked for.
    package static let standardInputPath = "-"

    /// The file of a path, or standard input.
    /// - Throws: `LocalFileError`.
    package static func open(_ path: String) throws -> LocalFile {
        guard path == standardInputPath else { return try LocalFile(path: path) }
        // A descriptor of its own, because it is closed at the end.
        let descriptor = dup(STDIN_FILENO)
        guard descriptor >= 0 else { throw LocalFileError(path: "standard input", code: errno) }
        return LocalFile(descriptor: descriptor)
    }

    deinit { close(descriptor) }

    /// Of the open file, whatever its name means by now.
    func status() throws -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFileError(path: "the upload", code: errno) }
        return status
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw LocalFileError(path: "the upload", code: errno) }
        }
    }

    package func rewind() -> Bool { lseek(descriptor, 0, SEEK_SET) == 0 }

    /// Reads the rest of the file.
    /// - Parameter offset: of a regular file, where the rest begins; 0 goes on where the last read ended.
    func forEachPiece(from offset: Int = 0, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard offset == 0 || lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw LocalFileError(path: "the upload", code: errno)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try read(into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
            WorkProgress.report()
        }
    }

    /// The bytes at some place; fewer if the file ends there.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let read = pread(descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound + count))
                guard read >= 0 || errno == EINTR else { throw LocalFileError(path: "the object", code: errno) }
                if read == 0 { return }
                count += max(0, read)
            }
        }
    }
}

/// A file that cannot be opened, read or written.
package struct LocalFileError: Error, CustomStringConvertible {
    /// As the user gave it.
    package var path: String
    /// `errno`.
    package var code: Int32
    var isWriting = false

    /// The reason and the remedy.
    package var description: String {
        switch code {
        case _ where isWriting:
            "cannot write '\(path)': \(String(cString: strerror(code))); free space or permit it there"
        case ENOENT: "cannot read '\(path)': there is no such file; check the path"
        case EISDIR: "cannot read '\(path)': it is a directory; name its files, for example '\(path)/*.csv'"
        case EACCES, EPERM: "cannot read '\(path)': permission denied; make the file readable for this user"
        default: "cannot read '\(path)': \(String(cString: strerror(code)))"
        }
    }
}
